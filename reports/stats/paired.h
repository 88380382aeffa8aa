/*
 * The effect of a patch from pairs of boots, and its t interval. Pure functions.
 *
 * The boot is the replicate: samples of one boot share what that boot was dealt (placement in
 * memory, the order of allocations), so each boot counts as one figure, its median, however
 * many samples it has. Ratios are treated as logarithms ("ln"), where a doubling and a
 * halving are equally far from nothing; an "effect" is a fraction, 0.02 for 2 % more.
 */
#ifndef PINBENCH_REPORTS_STATS_PAIRED_H
#define PINBENCH_REPORTS_STATS_PAIRED_H

#include <stddef.h>

/*
 * The two levels of every comparison: a difference is shown by the 95 % interval, its absence
 * by the 90 % one, whose two tails are the two one-sided 5 % tests of Schuirmann 1987.
 */
#define PB_LEVEL_DIFFERENCE  0.95
#define PB_LEVEL_EQUIVALENCE 0.90

/* One boot's samples of one metric, in any one unit. They belong to the caller. */
struct pb_boot {
	const double *samples;
	size_t count;
};

/* Two boots that were run next to each other. */
struct pb_boot_pair {
	struct pb_boot baseline;
	struct pb_boot patched;
};

struct pb_interval {
	double low, high;
};

/* All in the unit of the values given: ln for ln ratios. */
struct pb_paired {
	size_t pairs;
	double mean;
	double sd; /* of one pair; NAN for one pair, and so is all that follows */
	double se; /* of the mean */
	double t;  /* infinite without spread, 0 if the mean is 0 too */
	double p;  /* two-sided */
	struct pb_interval ci90, ci95;
};

/*
 * ln(patched median / baseline median) of each of @count pairs into @ret_ln, which has room
 * for as many. Returns 0; -EINVAL for no pairs or a boot without samples; -EDOM for a median
 * that is not a positive finite number, of which there is no logarithm.
 */
int pb_paired_ln_ratios(const struct pb_boot_pair *pairs, size_t count, double *ret_ln);

/*
 * Mean, spread, t test and t intervals of @count differences within pairs (Student, "The
 * Probable Error of a Mean", Biometrika 6, 1908). Exact for normal differences at any count,
 * which is why it serves the few pairs that no bootstrap can. Returns 0, or -EINVAL for no
 * differences or one that is not finite.
 */
int pb_paired_t(const double *differences, size_t count, struct pb_paired *ret);

/* exp(@ln) - 1, of one figure and of both ends. */
double pb_effect(double ln);
struct pb_interval pb_effect_interval(struct pb_interval ln);

#endif
