/* Energy distances of all splits of a segment in n^2 / 2 steps, and permutations of them. */
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_gamma.h>

#include "reports/stats/energy.h"

/* Fewer say nothing about a tail. */
#define LEAST_DRAWN 19

/* With 95 % confidence, what none of N draws has reached has a probability of 3 / N at most. */
#define RULE_OF_THREE 3.0

/* An extrapolation goes no further: nobody needs to know more. */
#define MOST_TIMES 20.0

/* Of Q, for sums in another order. */
#define ROUNDING 1e-9

struct value {
	double x;
	double row; /* the sum of its distances to all others */
};

struct pb_energy {
	gsl_rng *rng;
	struct value *values;
	double *near; /* of each value, the sum of its distances to those before it */
	double *x;    /* the values alone, side by side for vector instructions */
	guint count, least;
};

struct pb_energy *pb_energy_new(guint most)
{
	struct pb_energy *ret = g_new0(struct pb_energy, 1);

	ret->rng = gsl_rng_alloc(gsl_rng_taus2);
	ret->values = g_new(struct value, most);
	ret->near = g_new(double, most);
	ret->x = g_new(double, most);
	return ret;
}

void pb_energy_free(struct pb_energy *energy)
{
	if (!energy)
		return;
	gsl_rng_free(energy->rng);
	g_free(energy->values);
	g_free(energy->near);
	g_free(energy->x);
	g_free(energy);
}

/* Nearly all of the time goes here; what -O2 makes of it is half as fast. */
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("O3")))
#endif
static void
add_distances(const double *restrict x, guint count, double *restrict near)
{
	/* This way around no addition waits for the one before it. */
	for (guint i = 0; i < count; i++) {
		for (guint j = i + 1; j < count; j++)
			near[j] += fabs(x[j] - x[i]);
	}
}

/* Returns the sum of all distances. */
static double sum_near(struct pb_energy *energy)
{
	double total = 0;

	for (guint i = 0; i < energy->count; i++) {
		energy->x[i] = energy->values[i].x;
		energy->near[i] = 0;
	}
	add_distances(energy->x, energy->count, energy->near);
	for (guint i = 0; i < energy->count; i++)
		total += energy->near[i];
	return total;
}

static double pairs(double n)
{
	return n * (n - 1) / 2;
}

static struct pb_energy_split best_split(struct pb_energy *energy)
{
	struct pb_energy_split best = {0, -INFINITY};
	double total = sum_near(energy);
	double left = 0, across = 0;

	for (guint k = 1; k + energy->least <= energy->count; k++) {
		const struct value *moved = &energy->values[k - 1];
		double n = k, m = energy->count - k;
		double q;

		left += energy->near[k - 1];
		across += moved->row - 2 * energy->near[k - 1];
		if (k < energy->least)
			continue;
		q = 2 * across / (n * m) - left / pairs(n) - (total - left - across) / pairs(m);
		q *= n * m / (n + m);
		if (q > best.q)
			best = (struct pb_energy_split){k, q};
	}
	return best;
}

struct pb_energy_split pb_energy_split(struct pb_energy *energy, const double *x, guint count,
				       guint least)
{
	energy->count = count;
	energy->least = least;
	for (guint i = 0; i < count; i++)
		energy->values[i] = (struct value){x[i], 0};
	for (guint i = 0; i < count; i++) {
		for (guint j = 0; j < count; j++)
			energy->values[j].row += fabs(x[j] - x[i]);
	}
	return best_split(energy);
}

static void shuffle(struct pb_energy *energy)
{
	for (guint i = energy->count - 1; i > 0; i--) {
		/* The generator's range is 32 bits. */
		guint j = (guint)((guint64)gsl_rng_get(energy->rng) * (i + 1) >> 32);
		struct value kept = energy->values[i];

		energy->values[i] = energy->values[j];
		energy->values[j] = kept;
	}
}

/* What p is at most if none of @drawn came to more than @largest. */
static double beyond(guint drawn, double q, double largest)
{
	double times = largest > 0 ? MIN(q / largest, MOST_TIMES) : MOST_TIMES;
	double bound;

	if (drawn < LEAST_DRAWN)
		return 1;
	bound = pow(RULE_OF_THREE / drawn, times);
	return MIN(bound, 1.0 / (drawn + 1));
}

static double draw(struct pb_energy *energy, double q, const struct pb_energy_test *test)
{
	bool can_sample = test->level * (test->permutations + 1) >= 1;
	double largest = 0;
	guint hits = 0, drawn;

	for (drawn = 1; drawn <= test->permutations; drawn++) {
		double other;

		shuffle(energy);
		other = best_split(energy).q;
		largest = MAX(largest, other);
		if (other >= q * (1 - ROUNDING))
			hits++;
		if (hits && hits + 1 > test->level * (test->permutations + 1))
			return (double)(hits + 1) / (drawn + 1);
		/* Nor can what is left bring an extrapolation below it. */
		if (!can_sample && beyond(test->permutations, q, largest) > test->level)
			return 1.0 / (drawn + 1);
		/* As logarithms take time, not where it is not so anyway. */
		if (!hits && q > 2 * largest && beyond(drawn, q, largest) <= test->level / 10)
			return beyond(drawn, q, largest);
	}
	if (hits)
		return (double)(hits + 1) / (test->permutations + 1);
	return beyond(test->permutations, q, largest);
}

double pb_energy_p(struct pb_energy *energy, struct pb_energy_split split,
		   const struct pb_energy_test *test)
{
	double least = 2 * exp(-gsl_sf_lnchoose(energy->count, split.at));
	double p;

	if (!(split.q > 0) || least > test->level)
		return 1;
	gsl_rng_set(energy->rng, test->seed);
	p = draw(energy, split.q, test);
	return MAX(least, p);
}
