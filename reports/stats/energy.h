/*
 * The energy statistic of E-divisive, with alpha 1, and its permutation test. Pure functions.
 */
#ifndef PINBENCH_REPORTS_STATS_ENERGY_H
#define PINBENCH_REPORTS_STATS_ENERGY_H

#include <glib.h>

/* Room for segments of some length at most, and what draws permutations. */
struct pb_energy;
struct pb_energy *pb_energy_new(guint most);
void pb_energy_free(struct pb_energy *energy);
typedef struct pb_energy pb_energy;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_energy, pb_energy_free)

struct pb_energy_split {
	guint at; /* the first value of the second part */
	double q;
};

/*
 * The split of @count values, with @least at each side, whose
 *
 *	Q = n m / (n + m) (2 / (n m) sum |x - y| - C(n,2)^-1 sum |x - x'| - C(m,2)^-1 sum |y - y'|)
 *
 * is largest (Matteson and James 2014, formulas 5 to 7). @least is 2 or more, @count twice that.
 */
struct pb_energy_split pb_energy_split(struct pb_energy *energy, const double *x, guint count,
				       guint least);

struct pb_energy_test {
	double level; /* what p is compared with */
	guint permutations;
	guint32 seed;
};

/*
 * The p of @split of the values that pb_energy_split() had last: the share of permutations whose
 * best split has a Q as large. It stops where it is clear that p is above the level; and where it
 * is clear that p is below a tenth of it: survival functions of such sums are log-concave, so that
 * with none of N permutations above Q / t, p <= (3 / N)^t with 95 % confidence. Such a bound is
 * what is returned of them, if it is lower than what so many permutations resolve. It is never
 * below 2 / C(n + m, n), the share of permutations that only swap values within the parts.
 */
double pb_energy_p(struct pb_energy *energy, struct pb_energy_split split,
		   const struct pb_energy_test *test);

#endif
