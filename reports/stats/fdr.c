/* Benjamini and Hochberg's q values. */
#include <math.h>
#include <stdlib.h>

#include <glib.h>

#include "reports/stats/fdr.h"

struct ranked {
	double p;
	size_t index;
};

/* The largest first. The order of equal ones changes no q. */
static int by_p_down(const void *left, const void *right)
{
	double a = ((const struct ranked *)left)->p;
	double b = ((const struct ranked *)right)->p;

	return (a < b) - (a > b);
}

size_t pb_fdr_q(const double *p, size_t count, double *ret_q)
{
	g_autofree struct ranked *ranked = g_new(struct ranked, count);
	double least = 1;
	size_t tests = 0;

	for (size_t i = 0; i < count; i++) {
		if (p[i] >= 0 && p[i] <= 1)
			ranked[tests++] = (struct ranked){p[i], i};
	}
	for (size_t i = 0; i < count; i++)
		ret_q[i] = NAN;
	if (tests)
		qsort(ranked, tests, sizeof(*ranked), by_p_down);
	for (size_t i = 0; i < tests; i++) {
		least = fmin(least, ranked[i].p * (double)tests / (double)(tests - i));
		ret_q[ranked[i].index] = least;
	}
	return tests;
}
