/* The sign-flip permutation test, exact for few pairs and sampled for many. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>

#include "reports/stats/signflip.h"

/*
 * Sums that are equal on paper differ by the rounding of some 20 additions, 1e-15 of the sum
 * of all sizes; taken for smaller, the observed assignment would not count itself.
 */
#define SUM_TOLERANCE 1e-12

#define DRAW_BITS 32

/* Sizes of the differences, what they could still add, and what a sum has to reach. */
struct flips {
	const double *sizes; /* from the least */
	const double *rest;  /* rest[i]: the sum of the first i */
	size_t count;
	double reach;
};

static double power_of_two(size_t exponent)
{
	return ldexp(1, (int)exponent);
}

/*
 * How many assignments of signs to the @left least sizes bring @sum to the reach, either way.
 * The largest first: the rest then soon makes no difference.
 */
static double count_hits(const struct flips *flips, size_t left, double sum)
{
	if (fabs(sum) + flips->rest[left] < flips->reach)
		return 0;
	if (fabs(sum) - flips->rest[left] >= flips->reach)
		return power_of_two(left);
	/* With nothing left to add, one of the two was true. */
	return count_hits(flips, left - 1, sum + flips->sizes[left - 1]) +
	       count_hits(flips, left - 1, sum - flips->sizes[left - 1]);
}

static bool draw_hits(const struct flips *flips, gsl_rng *rng)
{
	uint32_t signs = 0;
	double sum = 0;

	for (size_t i = 0; i < flips->count; i++) {
		if (i % DRAW_BITS == 0)
			signs = (uint32_t)gsl_rng_get(rng);
		sum += signs & 1 ? flips->sizes[i] : -flips->sizes[i];
		signs >>= 1;
	}
	return fabs(sum) >= flips->reach;
}

static double sampled_p(const struct flips *flips, unsigned long seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t hits = 0;

	gsl_rng_set(rng, seed);
	for (size_t i = 0; i < PB_SIGNFLIP_SAMPLE; i++)
		hits += draw_hits(flips, rng);
	gsl_rng_free(rng);
	return (double)(hits + 1) / (PB_SIGNFLIP_SAMPLE + 1);
}

double pb_signflip_p(const double *differences, size_t count, unsigned long seed)
{
	g_autofree double *sizes = g_new(double, count);
	g_autofree double *rest = g_new0(double, count + 1);
	struct flips flips = {sizes, rest, count, 0};
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(differences[i]))
			return NAN;
		sum += differences[i];
		sizes[i] = fabs(differences[i]);
	}
	gsl_sort(sizes, 1, count);
	for (size_t i = 0; i < count; i++)
		rest[i + 1] = rest[i] + sizes[i];
	if (!count || !isfinite(rest[count]))
		return NAN;
	flips.reach = fabs(sum) - SUM_TOLERANCE * rest[count];
	if (count > PB_SIGNFLIP_MAX_EXACT)
		return sampled_p(&flips, seed);
	return count_hits(&flips, count, 0) / power_of_two(count);
}

double pb_signflip_smallest_p(size_t count)
{
	if (!count)
		return 1;
	if (count > PB_SIGNFLIP_MAX_EXACT)
		return 1.0 / (PB_SIGNFLIP_SAMPLE + 1);
	return 2 / power_of_two(count);
}

size_t pb_signflip_pairs_for(double level)
{
	for (size_t count = 1; count <= PB_SIGNFLIP_MAX_EXACT; count++) {
		if (pb_signflip_smallest_p(count) < level)
			return count;
	}
	return 0;
}
