/* Two means with noise of their own: see welch.h. */
#include "reports/stats/welch.h"

#include <errno.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#define TAIL 0.975

struct mean {
	double value;
	double variance; /* of the mean */
	double free;
};

static struct mean mean_of(const double *values, size_t count)
{
	struct mean m = {.free = (double)count - 1};
	double square = 0;

	for (size_t i = 0; i < count; i++)
		m.value += values[i] / count;
	for (size_t i = 0; i < count; i++)
		square += (values[i] - m.value) * (values[i] - m.value);
	m.variance = square / m.free / count;
	return m;
}

int pb_welch(const double *a, size_t count_a, const double *b, size_t count_b, struct pb_welch *ret)
{
	struct mean left, right;
	double se, free, half;

	if (count_a < 2 || count_b < 2)
		return -EINVAL;
	left = mean_of(a, count_a);
	right = mean_of(b, count_b);
	if (!isfinite(left.value + left.variance) || !isfinite(right.value + right.variance))
		return -EINVAL;
	ret->difference = right.value - left.value;
	ret->ci95 = (struct pb_interval){ret->difference, ret->difference};
	ret->p = ret->difference == 0;
	se = sqrt(left.variance + right.variance);
	if (se == 0)
		return 0;
	/* Satterthwaite's degrees of freedom */
	free = pow(left.variance + right.variance, 2) /
	       (pow(left.variance, 2) / left.free + pow(right.variance, 2) / right.free);
	half = gsl_cdf_tdist_Pinv(TAIL, free) * se;
	ret->ci95.low -= half;
	ret->ci95.high += half;
	ret->p = 2 * gsl_cdf_tdist_Q(fabs(ret->difference) / se, free);
	return 0;
}
