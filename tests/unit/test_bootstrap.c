/* BCa intervals against Efron and Tibshirani's example, and how often they cover the truth. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/stats/bootstrap.h"
#include "random.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))
#define SEED	   1ul

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

/* Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, table 14.1: spatial test, A. */
static const double spatial[] = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
				 0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};

/* Divided by count; without the value at @skip. */
static double variance_without(const double *values, size_t count, size_t skip)
{
	double n = (double)(skip < count ? count - 1 : count), sum = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		if (i != skip) {
			sum += values[i];
			squares += values[i] * values[i];
		}
	}
	return squares / n - sum / n * sum / n;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void draw_variances(double *replicates, size_t count)
{
	GRand *rand = g_rand_new_with_seed(SEED);
	double draw[LEN(spatial)];

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < LEN(draw); k++)
			draw[k] = spatial[g_rand_int_range(rand, 0, LEN(spatial))];
		replicates[i] = variance_without(draw, LEN(draw), LEN(draw));
	}
	qsort(replicates, count, sizeof(*replicates), by_value);
	g_rand_free(rand);
}

/*
 * Their section 14.3 and table 14.2: variance 171.5, a = 0.061; from 2,000 replicates z0 = 0.146
 * and the 90 % interval (115.8, 259.6). Of so many replicates z0 is uncertain by 0.03
 * (sqrt(pi / 2 / 2000)), which moves the ends by some 3 and 6: hence the tolerances.
 */
static void spatial_test_data(void **state)
{
	static double replicates[20000];
	double estimate = variance_without(spatial, LEN(spatial), LEN(spatial));
	double left_out[LEN(spatial)], bias, acceleration;
	struct pb_interval interval;

	(void)state;
	assert_near(estimate, 171.5, 0.05);
	for (size_t i = 0; i < LEN(spatial); i++)
		left_out[i] = variance_without(spatial, LEN(spatial), i);
	acceleration = pb_bca_acceleration(left_out, LEN(spatial));
	assert_near(acceleration, 0.061, 0.0005);
	draw_variances(replicates, LEN(replicates));
	bias = pb_bca_bias(replicates, LEN(replicates), estimate);
	assert_near(bias, 0.146, 0.06);
	interval = pb_bca_interval(replicates, LEN(replicates), bias, acceleration, 0.90);
	assert_near(interval.low, 115.8, 3);
	assert_near(interval.high, 259.6, 6);
}

/*
 * By hand, with ranks for values (999 of them, so rank = 1000 share). Without bias and
 * acceleration: the percentiles. z0 = 0.1, a = 0: Phi(0.2 -+ 1.959964). z0 = 0, a = 0.1: Phi(z /
 * (1 - 0.1 z)), Phi(-1.638787) and Phi(2.437755). All from a table of the normal.
 */
static void the_formula(void **state)
{
	double ranks[999];
	struct pb_interval interval;

	(void)state;
	for (size_t i = 0; i < LEN(ranks); i++)
		ranks[i] = (double)(i + 1);
	interval = pb_bca_interval(ranks, LEN(ranks), 0, 0, 0.95);
	assert_near(interval.low, 25, 1e-6);
	assert_near(interval.high, 975, 1e-6);
	interval = pb_bca_interval(ranks, LEN(ranks), 0.1, 0, 0.95);
	assert_near(interval.low, 39.20, 0.01);
	assert_near(interval.high, 984.61, 0.01);
	interval = pb_bca_interval(ranks, LEN(ranks), 0, 0.1, 0.95);
	assert_near(interval.low, 50.63, 0.01);
	assert_near(interval.high, 992.61, 0.01);
	/* Past the pole, and more than there are replicates for. */
	interval = pb_bca_interval(ranks, LEN(ranks), 0, 0.6, 0.95);
	assert_true(interval.high == 999);
	interval = pb_bca_interval(ranks, LEN(ranks), 0, -0.6, 0.95);
	assert_true(interval.low == 1);
	interval = pb_bca_interval(ranks, 1, 0, 0, 0.95);
	assert_true(interval.low == 1 && interval.high == 1);
}

/*
 * Normal quantiles by table: of 2 / 8 (one below, half of two equal), of 7 / 8, of 0.5 / 8. The
 * acceleration by hand: d = 1, 1, -2, so -6 / (6 * 6^1.5).
 */
static void the_constants(void **state)
{
	const double replicates[] = {1, 2, 2, 3, 4, 5, 6, 7}, left_out[] = {0, 0, 3},
		     same[] = {5, 5};

	(void)state;
	assert_near(pb_bca_bias(replicates, 8, 2), -0.6745, 5e-5);
	assert_near(pb_bca_bias(replicates, 8, 6.5), 1.1503, 5e-5);
	assert_near(pb_bca_bias(replicates, 8, 0), -1.5341, 5e-5);
	assert_near(pb_bca_bias(replicates, 8, 9), 1.5341, 5e-5);
	assert_near(pb_bca_acceleration(left_out, 3), -1 / pow(6, 1.5), 1e-15);
	assert_true(pb_bca_acceleration(same, 2) == 0);
}

static void equal_seeds_give_equal_intervals(void **state)
{
	static struct random_boots boots;
	GRand *rand = g_rand_new_with_seed(SEED);
	struct pb_bootstrap first, second, other;

	(void)state;
	random_fill(&boots, rand, 12, 5, 0.05, 0.01, 0);
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	assert_int_equal(pb_bootstrap(boots.pairs, 12, 500, SEED, &first), 0);
	assert_int_equal(pb_bootstrap(boots.pairs, 12, 500, SEED, &second), 0);
	assert_int_equal(pb_bootstrap(boots.pairs, 12, 500, SEED + 1, &other), 0);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_true(first.ci95.low != other.ci95.low);
	assert_true(first.ci95.low < first.ci90.low && first.ci90.high < first.ci95.high);
	g_rand_free(rand);
}

/*
 * Both levels are drawn. Boots alike and samples that differ: an interval with a width, which
 * drawing pairs alone would not give. Boots that differ and samples alike: the spread of the
 * mean by its formula, sd / sqrt(n) over 1.645 each way, sd divided by n as the bootstrap does.
 */
static void both_levels_are_drawn(void **state)
{
	static const double spread[] = {90, 95, 100, 105, 110}, low[] = {100}, high[] = {121};
	struct pb_boot_pair alike[RANDOM_MAX_PAIRS], apart[RANDOM_MAX_PAIRS];
	struct pb_bootstrap ret;
	double half = 1.645 * log(1.21) / 2 / sqrt(RANDOM_MAX_PAIRS);

	(void)state;
	for (size_t i = 0; i < RANDOM_MAX_PAIRS; i++) {
		alike[i] = (struct pb_boot_pair){{spread, 5}, {spread, 5}};
		apart[i] = (struct pb_boot_pair){{low, 1}, {i % 2 ? high : low, 1}};
	}
	assert_int_equal(pb_bootstrap(alike, RANDOM_MAX_PAIRS, 2000, SEED, &ret), 0);
	assert_true(ret.ci90.low < -0.005 && ret.ci90.high > 0.005);
	assert_int_equal(pb_bootstrap(apart, RANDOM_MAX_PAIRS, 2000, SEED, &ret), 0);
	assert_near(ret.ci90.low, log(1.21) / 2 - half, half / 5);
	assert_near(ret.ci90.high, log(1.21) / 2 + half, half / 5);
	assert_near(ret.acceleration, 0, 1e-12);
}

static void what_cannot_be_drawn(void **state)
{
	static const double good[] = {1, 2, 3}, some[] = {-1, 2, 3}, zero[] = {0, 0, 0};
	const struct pb_boot ok = {good, 3};
	const struct pb_boot_pair mixed[] = {{ok, ok}, {ok, {some, 3}}};
	const struct pb_boot_pair empty[] = {{ok, ok}, {{NULL, 0}, ok}};
	const struct pb_boot_pair zeros[] = {{ok, ok}, {{zero, 3}, ok}};
	const struct pb_boot_pair fine[] = {{ok, ok}, {ok, ok}};
	struct pb_bootstrap ret;

	(void)state;
	assert_int_equal(pb_bootstrap(NULL, 0, 100, SEED, &ret), -EINVAL);
	assert_int_equal(pb_bootstrap(fine, 1, 100, SEED, &ret), -EINVAL);
	assert_int_equal(pb_bootstrap(fine, 2, 0, SEED, &ret), -EINVAL);
	assert_int_equal(pb_bootstrap(empty, 2, 100, SEED, &ret), -EINVAL);
	assert_int_equal(pb_bootstrap(zeros, 2, 100, SEED, &ret), -EDOM);
	/* Its median has a logarithm, that of a draw may have none. */
	assert_int_equal(pb_bootstrap(mixed, 2, 100, SEED, &ret), -EDOM);
	assert_int_equal(pb_bootstrap(fine, 2, 100, SEED, &ret), 0);
}

/*
 * From PB_BOOTSTRAP_MIN_PAIRS on 95 % means 92 % at least, and 90 % means 86 %, here over boots
 * that differ five times as much as their samples: two standard errors of 600 intervals (0.01)
 * below the 94 % and 88 % that more of them have. Of 10 pairs it would be 90 % and 84 %.
 */
static void intervals_cover_the_truth(void **state)
{
	static struct random_boots boots;
	enum {
		ROUNDS = 600,
		RESAMPLES = 499
	};
	GRand *rand = g_rand_new_with_seed(SEED);
	size_t covered95 = 0, covered90 = 0;
	struct pb_bootstrap ret;

	(void)state;
	for (size_t i = 0; i < ROUNDS; i++) {
		random_fill(&boots, rand, PB_BOOTSTRAP_MIN_PAIRS, 3, 0.05, 0.01, 0.02);
		assert_int_equal(
			pb_bootstrap(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS, RESAMPLES, i, &ret), 0);
		covered95 += ret.ci95.low < 0.02 && ret.ci95.high > 0.02;
		covered90 += ret.ci90.low < 0.02 && ret.ci90.high > 0.02;
	}
	g_rand_free(rand);
	print_message("covered: %zu and %zu of %d\n", covered95, covered90, ROUNDS);
	assert_in_range(covered95, ROUNDS * 92 / 100, ROUNDS * 98 / 100);
	assert_in_range(covered90, ROUNDS * 86 / 100, ROUNDS * 94 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spatial_test_data),
		cmocka_unit_test(the_formula),
		cmocka_unit_test(the_constants),
		cmocka_unit_test(equal_seeds_give_equal_intervals),
		cmocka_unit_test(both_levels_are_drawn),
		cmocka_unit_test(what_cannot_be_drawn),
		cmocka_unit_test(intervals_cover_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
