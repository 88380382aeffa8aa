/* Log ratios of paired boots and Student's interval of their mean. */
#include <errno.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "reports/stats/paired.h"
#include "reports/stats/quantile.h"

static int log_median(const struct pb_boot *boot, double *ret)
{
	double median;

	if (!boot->count)
		return -EINVAL;
	for (size_t i = 0; i < boot->count; i++) {
		if (!isfinite(boot->samples[i]))
			return -EDOM;
	}
	median = pb_median(boot->samples, boot->count);
	if (median <= 0)
		return -EDOM;
	*ret = log(median);
	return 0;
}

int pb_paired_ln_ratios(const struct pb_boot_pair *pairs, size_t count, double *ret_ln)
{
	if (!count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		double baseline = 0, patched = 0;
		int err = log_median(&pairs[i].baseline, &baseline);

		if (!err)
			err = log_median(&pairs[i].patched, &patched);
		if (err)
			return err;
		ret_ln[i] = patched - baseline;
	}
	return 0;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum / (double)count;
}

/* Divided by count - 1. Equal values have no spread, also where their mean was rounded. */
static double sd_of(const double *values, size_t count, double mean)
{
	double squares = 0;

	if (pb_min(values, count) == pb_max(values, count))
		return 0;
	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return sqrt(squares / (double)(count - 1));
}

static struct pb_interval t_interval(const struct pb_paired *paired, double level)
{
	double tail = (1 - level) / 2;
	double half = gsl_cdf_tdist_Qinv(tail, (double)(paired->pairs - 1)) * paired->se;

	return (struct pb_interval){paired->mean - half, paired->mean + half};
}

static void test_mean(struct pb_paired *paired)
{
	if (paired->se > 0) {
		paired->t = paired->mean / paired->se;
		paired->p = 2 * gsl_cdf_tdist_Q(fabs(paired->t), (double)(paired->pairs - 1));
	} else if (paired->mean != 0) {
		paired->t = copysign(INFINITY, paired->mean);
		paired->p = 0;
	} else {
		paired->t = 0;
		paired->p = 1;
	}
}

int pb_paired_t(const double *differences, size_t count, struct pb_paired *ret)
{
	if (!count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(differences[i]))
			return -EINVAL;
	}
	*ret = (struct pb_paired){
		.pairs = count,
		.mean = mean_of(differences, count),
		.sd = NAN,
		.se = NAN,
		.t = NAN,
		.p = NAN,
		.ci90 = {NAN, NAN},
		.ci95 = {NAN, NAN},
	};
	if (count < 2)
		return 0;
	ret->sd = sd_of(differences, count, ret->mean);
	ret->se = ret->sd / sqrt((double)count);
	test_mean(ret);
	ret->ci90 = t_interval(ret, PB_LEVEL_EQUIVALENCE);
	ret->ci95 = t_interval(ret, PB_LEVEL_DIFFERENCE);
	return 0;
}

double pb_effect(double ln)
{
	return expm1(ln);
}

struct pb_interval pb_effect_interval(struct pb_interval ln)
{
	return (struct pb_interval){expm1(ln.low), expm1(ln.high)};
}
