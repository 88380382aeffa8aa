/*
 * The absence of a difference, and what a comparison of this size could have seen. Pure
 * functions. Unless it says otherwise a figure is on the ln scale of reports/stats/paired.h,
 * and spread is the standard deviation of one pair's ln ratio.
 */
#ifndef PINBENCH_REPORTS_STATS_EQUIVALENCE_H
#define PINBENCH_REPORTS_STATS_EQUIVALENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "reports/stats/paired.h"

/* The usual risks: 5 % of seeing what is not there, 20 % of missing what is (Cohen 1988). */
#define PB_ALPHA 0.05
#define PB_POWER 0.8

/* More pairs than anybody will boot: a search that gets here has found that it is hopeless. */
#define PB_MAX_PAIRS 100000

/*
 * Whether the two one-sided tests show |effect| < @margin: the 90 % interval lies inside
 * (-margin, margin) (D. J. Schuirmann, "A Comparison of the Two One-Sided Tests Procedure and
 * the Power Approach...", Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). Both
 * arguments are fractions. False for an interval that is NAN.
 */
bool pb_is_equivalent(struct pb_interval effect_ci90, double margin);

/* The larger p of the two one-sided t tests of @paired against the bounds. NAN for one pair. */
double pb_tost_p(const struct pb_paired *paired, struct pb_interval bounds);

/*
 * The power of a two-sided t test at @alpha, with @df degrees of freedom, if the mean lies
 * @shift standard errors from 0: the noncentral t distribution itself, not an approximation
 * (the integral of the normal over the distribution of the sample's spread; W. S. Gosset's
 * t as in N. L. Johnson and B. L. Welch, "Applications of the Non-central t-Distribution",
 * Biometrika 31, 1940).
 */
double pb_power_t(double shift, double df, double alpha);

/*
 * The power of the two one-sided tests, each at @alpha, if the mean lies at 0 and the bounds at
 * @low < 0 < @high, all in standard errors (K. F. Phillips, "Power of the Two One-Sided Tests
 * Procedure in Bioequivalence", 1990, exact). For a mean elsewhere shift both bounds.
 */
double pb_power_tost(double low, double high, double df, double alpha);

/*
 * The smallest detectable effect (MDE): the ln ratio that @count pairs of this @spread
 * would show at @alpha with @power, by both the t test and the sign-flip test. Where only
 * the assignment with all signs equal has p < @alpha, the latter asks for more: that all pairs
 * point one way, each with probability Phi(effect / spread). Elsewhere it is taken to be as
 * powerful as the t test (W. Hoeffding, "The Large-Sample Power of Tests Based on
 * Permutations", 1952); simulated, with 0.8 asked for, it has 0.77 to 0.80 at 0.05 from 7
 * pairs on, and 0.69 at worst, where two or three assignments are below @alpha. INFINITY where no
 * effect could be seen: one pair, or no p below @alpha.
 */
double pb_smallest_detectable(double spread, size_t count, double alpha, double power);

/* The least number of pairs that detects ln ratio @effect > 0 so. 0 for more than PB_MAX_PAIRS. */
size_t pb_pairs_to_detect(double effect, double spread, double alpha, double power);

/*
 * The least number of pairs whose 90 % interval will lie inside +-@margin (a fraction)
 * with @power, if there is no effect. 0 for more than PB_MAX_PAIRS.
 */
size_t pb_pairs_for_margin(double margin, double spread, double power);

#endif
