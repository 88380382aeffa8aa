/*
 * Two means with noise of their own (B. L. Welch, "The generalization of Student's problem when
 * several different population variances are involved", Biometrika 34, 1947). Pure functions.
 */
#ifndef PINBENCH_REPORTS_STATS_WELCH_H
#define PINBENCH_REPORTS_STATS_WELCH_H

#include <stddef.h>

#include "reports/stats/paired.h"

struct pb_welch {
	double difference; /* mean of b less mean of a */
	double p;	   /* two-sided */
	struct pb_interval ci95;
};

/*
 * Of @count_a and @count_b figures, two of each at least. Returns 0, or -EINVAL if there are fewer
 * or one is not finite. Without any spread the interval is the difference, and p 0 or 1.
 */
int pb_welch(const double *a, size_t count_a, const double *b, size_t count_b,
	     struct pb_welch *ret);

#endif
