/* The bias-corrected and accelerated bootstrap over pairs of boots and their samples. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>

#include "reports/stats/bootstrap.h"

/* The 6 of Efron's formula for the acceleration. */
#define SKEWNESS_DIVISOR 6

double pb_bca_bias(const double *replicates, size_t count, double estimate)
{
	double below = 0;

	for (size_t i = 0; i < count; i++)
		below += replicates[i] < estimate ? 1 : replicates[i] == estimate ? 0.5 : 0;
	/* At most what so many replicates can tell from 0 and 1, whose quantiles are infinite. */
	below = CLAMP(below, 0.5, (double)count - 0.5);
	return gsl_cdf_ugaussian_Pinv(below / (double)count);
}

double pb_bca_acceleration(const double *left_out, size_t count)
{
	double mean = gsl_stats_mean(left_out, 1, count);
	double squares = 0, cubes = 0;

	for (size_t i = 0; i < count; i++) {
		double d = mean - left_out[i];

		squares += d * d;
		cubes += d * d * d;
	}
	if (squares <= 0)
		return 0;
	return cubes / (SKEWNESS_DIVISOR * pow(squares, 1.5));
}

/* The share of replicates below the bound whose normal quantile is @z. */
static double corrected_share(double bias, double acceleration, double z)
{
	double divisor = 1 - acceleration * (bias + z);

	/* Beyond the pole of the formula, which a skew of few pairs can reach: the outermost. */
	if (divisor <= 0)
		return z > 0;
	return gsl_cdf_ugaussian_P(bias + (bias + z) / divisor);
}

/* Of the rank (count + 1) * @share, between its two neighbours. */
static double at_share(const double *sorted, size_t count, double share)
{
	double rank = CLAMP((double)(count + 1) * share, 1, (double)count);
	size_t below = (size_t)rank;
	double next = sorted[MIN(below, count - 1)];

	return sorted[below - 1] + (rank - (double)below) * (next - sorted[below - 1]);
}

struct pb_interval pb_bca_interval(const double *sorted, size_t count, double bias,
				   double acceleration, double level)
{
	double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2);

	return (struct pb_interval){
		at_share(sorted, count, corrected_share(bias, acceleration, -z)),
		at_share(sorted, count, corrected_share(bias, acceleration, z)),
	};
}

/* What drawing needs; @scratch has room for the samples of the largest boot. */
struct draws {
	gsl_rng *rng;
	double *scratch;
};

static struct draws new_draws(const struct pb_boot_pair *pairs, size_t count, unsigned long seed)
{
	struct draws ret = {gsl_rng_alloc(gsl_rng_mt19937), NULL};
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		most = MAX(most, MAX(pairs[i].baseline.count, pairs[i].patched.count));
	ret.scratch = g_new(double, most);
	gsl_rng_set(ret.rng, seed);
	return ret;
}

static void free_draws(struct draws *draws)
{
	gsl_rng_free(draws->rng);
	g_free(draws->scratch);
}

static double ln_median_of_draw(const struct pb_boot *boot, const struct draws *draws)
{
	for (size_t i = 0; i < boot->count; i++)
		draws->scratch[i] = boot->samples[gsl_rng_uniform_int(draws->rng, boot->count)];
	return log(gsl_stats_median(draws->scratch, 1, boot->count));
}

static double draw_replicate(const struct pb_boot_pair *pairs, size_t count,
			     const struct draws *draws)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		const struct pb_boot_pair *pair = &pairs[gsl_rng_uniform_int(draws->rng, count)];

		sum += ln_median_of_draw(&pair->patched, draws) -
		       ln_median_of_draw(&pair->baseline, draws);
	}
	return sum / (double)count;
}

/* The mean without each value in turn. */
static void leave_one_out(const double *values, size_t count, double mean, double *ret)
{
	for (size_t i = 0; i < count; i++)
		ret[i] = (mean * (double)count - values[i]) / (double)(count - 1);
}

static void summarise(double *replicates, size_t resamples, const double *ln, size_t count,
		      struct pb_bootstrap *ret)
{
	g_autofree double *left_out = g_new(double, count);
	double mean = gsl_stats_mean(ln, 1, count);

	leave_one_out(ln, count, mean, left_out);
	gsl_sort(replicates, 1, resamples);
	ret->bias = pb_bca_bias(replicates, resamples, mean);
	ret->acceleration = pb_bca_acceleration(left_out, count);
	ret->ci90 = pb_bca_interval(replicates, resamples, ret->bias, ret->acceleration,
				    PB_LEVEL_EQUIVALENCE);
	ret->ci95 = pb_bca_interval(replicates, resamples, ret->bias, ret->acceleration,
				    PB_LEVEL_DIFFERENCE);
}

/* A resample of samples that are not all positive could have no logarithm. */
static int check_positive(const struct pb_boot *boot)
{
	for (size_t i = 0; i < boot->count; i++) {
		if (boot->samples[i] <= 0)
			return -EDOM;
	}
	return 0;
}

int pb_bootstrap(const struct pb_boot_pair *pairs, size_t count, size_t resamples,
		 unsigned long seed, struct pb_bootstrap *ret)
{
	g_autofree double *ln = g_new(double, count);
	g_autofree double *replicates = g_new(double, resamples);
	struct draws draws;
	int err;

	if (count < 2 || !resamples)
		return -EINVAL;
	err = pb_paired_ln_ratios(pairs, count, ln);
	for (size_t i = 0; i < count && !err; i++) {
		err = check_positive(&pairs[i].baseline);
		if (!err)
			err = check_positive(&pairs[i].patched);
	}
	if (err)
		return err;
	draws = new_draws(pairs, count, seed);
	for (size_t i = 0; i < resamples; i++)
		replicates[i] = draw_replicate(pairs, count, &draws);
	free_draws(&draws);
	summarise(replicates, resamples, ln, count, ret);
	return 0;
}
