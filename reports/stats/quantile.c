/* Order statistics over a sorted copy of the values. */
#include <math.h>
#include <stdlib.h>

#include <glib.h>

#include "pinbench/quantile.h"
#include "reports/stats/quantile.h"

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Caller frees. */
static double *sorted_copy(const double *values, size_t count)
{
	double *copy = g_memdup2(values, count * sizeof(*values));

	qsort(copy, count, sizeof(*copy), by_value);
	return copy;
}

double pb_min(const double *values, size_t count)
{
	double least = NAN;

	for (size_t i = 0; i < count; i++)
		least = fmin(least, values[i]);
	return least;
}

double pb_max(const double *values, size_t count)
{
	double most = NAN;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, values[i]);
	return most;
}

double pb_median(const double *values, size_t count)
{
	g_autofree double *sorted = NULL;

	if (!count)
		return NAN;
	sorted = sorted_copy(values, count);
	if (count % 2)
		return sorted[count / 2];
	/* Halved before the sum, which could overflow. */
	return sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2;
}

double pb_quantile(const double *values, size_t count, double p)
{
	g_autofree double *sorted = NULL;

	if (!count)
		return NAN;
	sorted = sorted_copy(values, count);
	return sorted[pb_quantile_index(count, CLAMP(p, 0.0, 1.0))];
}
