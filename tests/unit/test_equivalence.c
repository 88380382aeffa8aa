/* Equivalence, power and numbers of pairs against R, PowerTOST and TOSTER. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/stats/equivalence.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

/* Student's sleep data, differences within patients. */
static const double sleep_hours[] = {-1.2, -2.4, -1.3, -1.3, 0, -1.0, -1.8, -0.8, -4.6, -1.4};

/*
 * TOSTER's introduction: t_TOST(extra ~ group, data = sleep, paired, bounds -1 and 1) gives p =
 * 0.9149441 for the lower test and 4.778596e-05 for the upper; not equivalent, p the larger one.
 */
static void tost_of_the_sleep_data(void **state)
{
	struct pb_paired paired;

	(void)state;
	assert_int_equal(pb_paired_t(sleep_hours, LEN(sleep_hours), &paired), 0);
	assert_near(pb_tost_p(&paired, (struct pb_interval){-1, 1}), 0.9149441, 5e-8);
	/* Only the upper test. */
	assert_near(pb_tost_p(&paired, (struct pb_interval){-1e6, 1}), 4.778596e-05, 5e-12);
}

/* The test at 5 % and the 90 % interval are one and the same. */
static void test_and_interval_agree(void **state)
{
	struct pb_paired paired;

	(void)state;
	assert_int_equal(pb_paired_t(sleep_hours, LEN(sleep_hours), &paired), 0);
	for (double margin = 0.5; margin < 4; margin += 0.01) {
		double p = pb_tost_p(&paired, (struct pb_interval){-margin, margin});

		assert_int_equal(pb_is_equivalent(paired.ci90, margin), p < PB_ALPHA);
	}
	/* The end of the interval that lies farther out is the margin where p is 5 %. */
	assert_near(pb_tost_p(&paired, (struct pb_interval){paired.ci90.low, -paired.ci90.low}),
		    PB_ALPHA, 1e-9);
}

static void inside_is_inside(void **state)
{
	const struct pb_interval in = {-0.009, 0.0099}, low = {-0.01, 0}, high = {0, 0.01};
	const struct pb_interval none = {NAN, NAN}, beyond = {0.5, 0.6}, point = {0, 0};
	struct pb_paired paired = {.pairs = 2, .mean = 0.02};
	const double one[] = {0.1};

	(void)state;
	assert_true(pb_is_equivalent(in, 0.01));
	assert_false(pb_is_equivalent(low, 0.01));
	assert_false(pb_is_equivalent(high, 0.01));
	assert_false(pb_is_equivalent(none, 0.01));
	assert_false(pb_is_equivalent(beyond, 0.01));
	assert_true(pb_is_equivalent(point, 0.01));
	assert_false(pb_is_equivalent(point, 0));
	assert_true(pb_tost_p(&paired, (struct pb_interval){-0.01, 0.01}) == 1);
	assert_true(pb_tost_p(&paired, (struct pb_interval){-0.03, 0.03}) == 0);
	assert_int_equal(pb_paired_t(one, 1, &paired), 0);
	assert_true(isnan(pb_tost_p(&paired, (struct pb_interval){-1, 1})));
}

/*
 * R's manual, power.t.test(n = 20, delta = 1): 0.8689528 for two groups, which is df 38 and a
 * shift of sqrt(10); R leaves the other tail out, 2e-7. No effect is found at the level itself.
 */
static void power_of_the_t_test(void **state)
{
	static const double dfs[] = {1, 2, 5, 9, 19, 30, 31, 32, 33, 100, 1000, 99999};

	(void)state;
	assert_near(pb_power_t(sqrt(10), 38, 0.05), 0.8689528, 5e-7);
	assert_near(pb_power_t(-sqrt(10), 38, 0.05), 0.8689528, 5e-7);
	for (size_t i = 0; i < LEN(dfs); i++)
		assert_near(pb_power_t(0, dfs[i], 0.05), 0.05, 1e-9);
	assert_near(pb_power_t(0, 7, 0.001), 0.001, 1e-10);
	assert_near(pb_power_t(1000, 7, 0.05), 1, 1e-9);
}

/*
 * PowerTOST's manual: power.TOST(CV = 0.3, n = 40) is 0.8158453: a 2x2 crossover, the bounds ln
 * 0.8 and ln 1.25, the true ratio 0.95, df 38.
 */
static void power_of_equivalence(void **state)
{
	double se = sqrt(log(1 + 0.3 * 0.3)) * sqrt(2.0 / 40);
	double low = (log(0.80) - log(0.95)) / se, high = (log(1.25) - log(0.95)) / se;

	(void)state;
	assert_near(pb_power_tost(low, high, 38, 0.05), 0.8158453, 5e-8);
	assert_near(pb_power_tost(-high, -low, 38, 0.05), 0.8158453, 5e-8);
	assert_true(pb_power_tost(-0.1, 0.1, 5, 0.05) < 1e-3);
	assert_near(pb_power_tost(-100, 100, 30, 0.05), 1, 1e-9);
	/* At the bound it is the level. */
	assert_near(pb_power_tost(-1000, 0, 20, 0.05), 0.05, 1e-9);
}

/*
 * R, power.t.test(delta = 0.8, sd = 1, power = 0.8, type = "paired"): n = 14.30, so 14 pairs see
 * more than 0.8 at best and 15 less.
 */
static void smallest_effects(void **state)
{
	double six = pb_smallest_detectable(1, 6, 0.05, 0.8);

	(void)state;
	assert_true(pb_smallest_detectable(1, 14, 0.05, 0.8) > 0.8);
	assert_true(pb_smallest_detectable(1, 15, 0.05, 0.8) < 0.8);
	assert_near(pb_power_t(pb_smallest_detectable(1, 15, 0.05, 0.8) * sqrt(15), 14, 0.05), 0.8,
		    1e-8);
	assert_near(pb_smallest_detectable(0.02, 12, 0.05, 0.8),
		    0.02 * pb_smallest_detectable(1, 12, 0.05, 0.8), 1e-12);
	/* Six pairs: all must point one way, 0.8 = 0.9635^6, and Phi(1.793) = 0.9635 by table. */
	assert_near(six, 1.793, 1e-3);
	assert_true(pb_smallest_detectable(1, 7, 0.05, 0.8) < 1.3);
	/* Five cannot have p < 0.05, nor six p < 0.03125. */
	assert_true(isinf(pb_smallest_detectable(1, 5, 0.05, 0.8)));
	assert_true(isinf(pb_smallest_detectable(1, 6, 0.03125, 0.8)));
	assert_false(isinf(pb_smallest_detectable(1, 6, 0.0313, 0.8)));
	assert_true(isinf(pb_smallest_detectable(1, 1, 2, 0.8)));
	assert_true(isinf(pb_smallest_detectable(NAN, 10, 0.05, 0.8)));
	assert_true(pb_smallest_detectable(0, 10, 0.05, 0.8) == 0);
}

static double power_for_margin(double margin, double spread, size_t pairs)
{
	double se = spread / sqrt((double)pairs);

	return pb_power_tost(log(1 - margin) / se, log(1 + margin) / se, (double)(pairs - 1), 0.05);
}

/* Enough, and one fewer is not: wide margins, whose ends are unlike, and few pairs. */
static void pairs_for_margins(void **state)
{
	static const double margins[] = {0.01, 0.02, 0.5}, spreads[] = {0.2, 0.5, 1, 2};

	(void)state;
	for (size_t i = 0; i < LEN(margins) * LEN(spreads); i++) {
		double margin = margins[i / LEN(spreads)];
		double spread = spreads[i % LEN(spreads)] * margin;
		size_t pairs = pb_pairs_for_margin(margin, spread, 0.8);

		assert_in_range(pairs, 3, 50);
		assert_true(power_for_margin(margin, spread, pairs) >= 0.8);
		assert_true(power_for_margin(margin, spread, pairs - 1) < 0.8);
	}
}

static void numbers_of_pairs(void **state)
{
	size_t pairs = pb_pairs_for_margin(0.01, 0.02, 0.8);

	(void)state;
	assert_int_equal(pb_pairs_to_detect(0.8, 1, 0.05, 0.8), 15);
	assert_int_equal(pb_pairs_to_detect(100, 1, 0.05, 0.8), 6);
	assert_int_equal(pb_pairs_to_detect(1e-6, 1, 0.05, 0.8), 0);
	/* The usual approximation, (1.645 + 1.282)^2 (0.02 / 0.01)^2 = 34.3, and the t's 1 or 2. */
	assert_in_range(pairs, 35, 37);
	assert_int_equal(pb_pairs_for_margin(0.01, 0, 0.8), 2);
	assert_int_equal(pb_pairs_for_margin(0, 0.02, 0.8), 0);
	assert_int_equal(pb_pairs_for_margin(0.01, NAN, 0.8), 0);
	assert_int_equal(pb_pairs_for_margin(1e-6, 0.02, 0.8), 0);
	assert_in_range(pb_pairs_for_margin(1.5, 0.02, 0.8), 2, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tost_of_the_sleep_data), cmocka_unit_test(test_and_interval_agree),
		cmocka_unit_test(inside_is_inside),	  cmocka_unit_test(power_of_the_t_test),
		cmocka_unit_test(power_of_equivalence),	  cmocka_unit_test(smallest_effects),
		cmocka_unit_test(numbers_of_pairs),	  cmocka_unit_test(pairs_for_margins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
