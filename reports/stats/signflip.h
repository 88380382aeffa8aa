/*
 * The sign-flip test: if a patch does nothing, which boot of a pair had it is a coin's toss, so
 * every difference might as well have had the other sign. No distribution is assumed. Pure
 * functions.
 */
#ifndef PINBENCH_REPORTS_STATS_SIGNFLIP_H
#define PINBENCH_REPORTS_STATS_SIGNFLIP_H

#include <stddef.h>

/*
 * Up to here all 2^n assignments of signs are looked at: a million, some milliseconds. The
 * next power would buy nothing: the smallest p, 2e-6, is below any level in use.
 */
#define PB_SIGNFLIP_MAX_EXACT 20

/*
 * Above that, as many random assignments. At p = 0.05 their own error is 0.0007
 * (sqrt(p (1 - p) / 99,999)), a hundredth of the level.
 */
#define PB_SIGNFLIP_SAMPLE 99999

/*
 * The two-sided p of the mean of @count differences: the share of assignments whose sum
 * is at least as far from 0 as the observed one, that one included (R. A. Fisher, "The Design
 * of Experiments", 1935, section 21). For more than PB_SIGNFLIP_MAX_EXACT differences,
 * (hits + 1) / (draws + 1) of a sample that @seed decides (B. Phipson and G. K. Smyth,
 * "Permutation P-values Should Never Be Zero", 2010). NAN for none, or if the sum of
 * their sizes is not finite.
 */
double pb_signflip_p(const double *differences, size_t count, unsigned long seed);

/*
 * The smallest p that @count differences can have: 2 / 2^count, all of one sign and the
 * mirror image of that; never below what the sample resolves. 1 for none.
 */
double pb_signflip_smallest_p(size_t count);

/*
 * The least number of pairs whose smallest p is below @level: 6 for 0.05. With fewer, no
 * effect of any size can be found. 0 if no number will do.
 */
size_t pb_signflip_pairs_for(double level);

#endif
