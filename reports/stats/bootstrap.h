/*
 * Bootstrap intervals of the effect of a patch, for many pairs of boots. Pure functions: equal
 * input and seed give equal output.
 */
#ifndef PINBENCH_REPORTS_STATS_BOOTSTRAP_H
#define PINBENCH_REPORTS_STATS_BOOTSTRAP_H

#include <stddef.h>

#include "reports/stats/paired.h"

/*
 * From so many pairs on this interval is as good as Student's. Below, it is too narrow: it takes
 * the spread of the sample for that of the source (a factor sqrt((n - 1) / n)) and normal
 * quantiles for those of t (T. C. Hesterberg, "What Teachers Should Know About the Bootstrap",
 * The American Statistician 69, 2015). Of 1,500 simulated comparisons each, boots differing five
 * times as much as their samples, 95 % and 90 % intervals had the truth in
 *
 *	pairs	normal: BCa, Student's		skew: BCa, Student's
 *	10	0.898 0.837, 0.943 0.896	0.873 0.812, 0.922 0.872
 *	20	0.921 0.871, 0.953 0.896	0.909 0.843, 0.931 0.883
 *	30	0.929 0.877, 0.945 0.893	0.917 0.871, 0.936 0.895
 *	40	0.938 0.883, 0.947 0.893	0.941 0.886, 0.945 0.899
 *
 * with an uncertainty of 0.007. 40 is the first where no figure is short by more than 0.02.
 */
#define PB_BOOTSTRAP_MIN_PAIRS 40

/*
 * Of the tail of 2.5 %, 100 figures lie outside: the bound is one of the order statistics around
 * the 100th, which is within 10 % (1 / sqrt(100)) of that tail. Efron and Tibshirani 1993,
 * section 14.3, ask for 1,000 at least.
 */
#define PB_BOOTSTRAP_RESAMPLES 3999

/* Of the mean of the ln ratios, on that scale. */
struct pb_bootstrap {
	double bias;	     /* z0, in standard deviations */
	double acceleration; /* a */
	struct pb_interval ci90, ci95;
};

/*
 * The hierarchical bootstrap of @count pairs: each resample draws pairs with replacement, then
 * within each boot drawn its samples with replacement (A. C. Davison and D. V. Hinkley,
 * "Bootstrap Methods and their Application", 1997, section 3.8), and is figured like the
 * original, by pb_paired_ln_ratios() and a mean. The spread within a boot is so counted twice,
 * in the boots' medians and by the second draw, which widens the interval a little and never
 * narrows it. Returns 0, or what pb_paired_ln_ratios() returns; -EINVAL for fewer than 2 pairs
 * or no @resamples.
 */
int pb_bootstrap(const struct pb_boot_pair *pairs, size_t count, size_t resamples,
		 unsigned long seed, struct pb_bootstrap *ret);

/*
 * The parts, for any statistic: the two constants and the interval of B. Efron, "Better
 * Bootstrap Confidence Intervals", Journal of the American Statistical Association 82, 1987.
 *
 * z0 = the normal quantile of the share of @count replicates below @estimate; half of those
 * equal to it count as below. Finite, also if all lie on one side.
 */
double pb_bca_bias(const double *replicates, size_t count, double estimate);

/*
 * a = sum of d^3 / (6 (sum of d^2)^1.5), d = mean of @left_out - @left_out[i]: the estimate
 * without each of @count pairs (jackknife; Efron and Tibshirani 1993, formula 14.15). 0
 * without spread.
 */
double pb_bca_acceleration(const double *left_out, size_t count);

/*
 * The interval at @level (0.95) from @count > 0 replicates, sorted from the least: those of
 * rank (count + 1) Phi(z0 + (z0 + z) / (1 - a (z0 + z))), interpolated.
 */
struct pb_interval pb_bca_interval(const double *sorted, size_t count, double bias,
				   double acceleration, double level);

#endif
