/*
 * What a comparison says of one metric. Pure functions: equal input gives equal output, and
 * what they return holds no memory.
 */
#ifndef PINBENCH_REPORTS_STATS_VERDICT_H
#define PINBENCH_REPORTS_STATS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "reports/stats/paired.h"

enum pb_verdict {
	PB_VERDICT_REGRESSION,
	PB_VERDICT_IMPROVEMENT,
	PB_VERDICT_UNCHANGED,
	/*
	 * Neither a difference nor its absence is shown: of timed figures, and of counted ones
	 * that are not deterministic.
	 */
	PB_VERDICT_INCONCLUSIVE,
	/* One side has no figure. */
	PB_VERDICT_MISSING,
};

/* "regression" and so on; "missing" for no verdict of the enum. The string is static. */
const char *pb_verdict_name(enum pb_verdict verdict);

/*
 * The defaults for counted figures. They are exact, so these are no noise limits but what
 * is worth a reader's time: 0.1 % is below what a timed comparison can resolve, and half an
 * instruction per operation is the most that rounding to whole instructions can make up.
 */
#define PB_COUNTED_MIN_EFFECT	0.001
#define PB_COUNTED_MIN_ABSOLUTE 0.5

/*
 * The verdict on two exact figures in the same unit. A difference counts if it is at least
 * @min_effect (a fraction of the baseline, 0.001 is 0.1 %) and at least @min_absolute (in the
 * figures' unit); a smaller one is "unchanged". With a baseline of 0, which nothing is
 * a fraction of, @min_absolute alone decides. A figure that is NAN or infinite is
 * "missing". Never inconclusive. No test is made: there is no chance in the figures.
 */
enum pb_verdict pb_verdict_counted(double baseline, double patched, bool lower_is_better,
				   double min_effect, double min_absolute);

/* Whether "unchanged" hides a difference that is not zero: to be listed with its figure. */
bool pb_verdict_counted_negligible(double baseline, double patched, double min_effect,
				   double min_absolute);

/* At most one in twenty of the differences that are called one may be none. */
#define PB_TIMED_MAX_Q 0.05

/*
 * The default for timed figures, a fraction: about what the placement of code and data
 * alone does to the time of a program that did not change (T. Mytkowicz et al., "Producing
 * Wrong Data Without Doing Anything Obviously Wrong!", 2009, found that and more).
 */
#define PB_TIMED_MIN_EFFECT 0.01

/* Any fixed number would do: the same samples give the same verdict, to the digit. */
#define PB_TIMED_SEED 20120101ul

/* One timed metric: what the caller asks, what was found, and what it amounts to. */
struct pb_timed {
	/* By the caller. */
	bool lower_is_better;
	double min_effect; /* the practical minimum, a fraction; the margin of "unchanged", too */
	double floor;	   /* by pb_timed_floor(); NAN without a control: no difference is shown */

	/* By pb_timed_measure(). Effects are fractions of the baseline. */
	size_t pairs;
	double effect; /* exp(mean ln ratio) - 1 */
	double spread; /* standard deviation of one pair's ln ratio; NAN for one pair */
	struct pb_interval ci90, ci95;
	bool bootstrapped; /* the intervals are BCa's, not Student's */
	double p;	   /* by the sign-flip test, two-sided */

	/* By pb_timed_judge(). */
	double q;
	enum pb_verdict verdict;
	double detectable; /* the smallest effect that would have been shown with power 0.8 */
	size_t more_pairs; /* to settle it; 0: more of them would not */
};

/*
 * The evidence of @count pairs of boots into @timed: effect, intervals (Student's; BCa's from
 * PB_BOOTSTRAP_MIN_PAIRS on, if all samples are positive) and p. Returns 0, or an error of
 * pb_paired_ln_ratios(): all figures are then NAN and the verdict will be "missing".
 */
int pb_timed_measure(const struct pb_boot_pair *pairs, size_t count, struct pb_timed *timed);

/*
 * The floor that an A/A control of the same metric, measured like the comparison, gives: the
 * larger size of the two ends of its 95 % interval, the largest effect that two equal
 * kernels may have shown. Not the size of its effect, which may be 0 by luck. NAN for a control
 * without an interval.
 */
double pb_timed_floor(const struct pb_timed *control);

/*
 * The verdicts on @count measured metrics, all the primary ones of a comparison at once: q is by
 * Benjamini and Hochberg over those that are not missing.
 *
 * Regression or improvement: q < PB_TIMED_MAX_Q, the 95 % interval excludes 0, and |effect| is
 * more than both the floor and the practical minimum. Unchanged: the 90 % interval lies
 * inside the practical minimum (equivalence), never for want of evidence. Else inconclusive.
 *
 * "Detectable" is for a metric that alone has changed, whose p must be below PB_TIMED_MAX_Q / m;
 * it is also far enough beyond floor and practical minimum for the estimate to pass them with
 * the same power (normal). INFINITY where nothing could be shown. "More pairs" makes, with
 * the spread that was seen, "unchanged" of no effect with power 0.8 (by two one-sided tests) and
 * lets p be small enough; an effect of twice the practical minimum is then 5.8 standard
 * errors from 0 and 2.9 beyond the minimum, and found. If there are that many pairs, or no
 * number up to PB_MAX_PAIRS will do, it is 0: the effect lies about at the minimum, or the
 * floor is the obstacle, and another number of boots will not help.
 */
void pb_timed_judge(struct pb_timed *metrics, size_t count);

#endif
