/* Ratios of paired boots, and Student's interval against published figures. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/stats/paired.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

/*
 * Cushny and Peebles' hours of additional sleep, the example of Student 1908. R's manual of
 * t.test(extra ~ group, data = sleep, paired = TRUE): t = -4.0621, df = 9, p = 0.002833, 95 %
 * interval -2.4598858 -0.7001142, mean -1.58. The 90 % interval is t's 1.8331 (any table, df
 * 9) times the standard error 0.3889587 to both sides.
 */
static void sleep_of_student(void **state)
{
	static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
	static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
	double differences[LEN(first)];
	struct pb_paired paired;

	(void)state;
	for (size_t i = 0; i < LEN(first); i++)
		differences[i] = first[i] - second[i];
	assert_int_equal(pb_paired_t(differences, LEN(first), &paired), 0);
	assert_int_equal(paired.pairs, 10);
	assert_near(paired.mean, -1.58, 1e-12);
	assert_near(paired.se, 0.3889587, 5e-8);
	assert_near(paired.sd, 0.3889587 * sqrt(10), 5e-7);
	assert_near(paired.t, -4.0621, 5e-5);
	assert_near(paired.p, 0.002833, 5e-7);
	assert_near(paired.ci95.low, -2.4598858, 5e-8);
	assert_near(paired.ci95.high, -0.7001142, 5e-8);
	assert_near(paired.ci90.low, -1.58 - 1.8331 * 0.3889587, 5e-5);
	assert_near(paired.ci90.high, -1.58 + 1.8331 * 0.3889587, 5e-5);
}

/* Whatever the number of samples in a boot, it counts as its median. */
static void a_boot_is_one_figure(void **state)
{
	static const double base1[] = {100, 90, 5000}, patched1[] = {200};
	static const double base2[] = {10, 30}, patched2[] = {10, 10, 11, 9, 10};
	const struct pb_boot_pair pairs[] = {
		{{base1, 3}, {patched1, 1}},
		{{base2, 2}, {patched2, 5}},
	};
	double ln[2];
	struct pb_paired paired;

	(void)state;
	assert_int_equal(pb_paired_ln_ratios(pairs, 2, ln), 0);
	assert_near(ln[0], log(2), 1e-15);
	assert_near(ln[1], -log(2), 1e-15);
	assert_int_equal(pb_paired_t(ln, 2, &paired), 0);
	/* Twice and half: the mean effect is none. */
	assert_near(pb_effect(paired.mean), 0, 1e-15);
	assert_near(paired.sd, sqrt(2) * log(2), 1e-15);
}

static void effects_are_fractions(void **state)
{
	struct pb_interval interval = pb_effect_interval((struct pb_interval){log(0.9), log(1.25)});

	(void)state;
	assert_near(pb_effect(log(1.03)), 0.03, 1e-15);
	assert_near(interval.low, -0.1, 1e-15);
	assert_near(interval.high, 0.25, 1e-15);
}

static void one_pair_has_no_interval(void **state)
{
	const double ln[] = {0.25};
	struct pb_paired paired;

	(void)state;
	assert_int_equal(pb_paired_t(ln, 1, &paired), 0);
	assert_true(paired.mean == 0.25);
	assert_true(isnan(paired.sd) && isnan(paired.se) && isnan(paired.t) && isnan(paired.p));
	assert_true(isnan(paired.ci90.low) && isnan(paired.ci90.high));
	assert_true(isnan(paired.ci95.low) && isnan(paired.ci95.high));
}

static void no_spread(void **state)
{
	/* The mean of three of the second is rounded. */
	const double none[] = {0, 0, 0}, same[] = {0.1, 0.1, 0.1}, down[] = {-0.5, -0.5};
	struct pb_paired paired;

	(void)state;
	assert_int_equal(pb_paired_t(none, 3, &paired), 0);
	assert_true(paired.sd == 0 && paired.t == 0 && paired.p == 1);
	assert_true(paired.ci95.low == 0 && paired.ci95.high == 0);
	assert_int_equal(pb_paired_t(same, 3, &paired), 0);
	assert_true(paired.sd == 0 && isinf(paired.t) && paired.t > 0 && paired.p == 0);
	assert_int_equal(pb_paired_t(down, 2, &paired), 0);
	assert_true(isinf(paired.t) && paired.t < 0 && paired.ci90.high == -0.5);
}

static void what_has_no_ratio(void **state)
{
	static const double good[] = {1, 2, 3}, zero[] = {0, 0, 5}, not_one[] = {1, NAN, 2};
	static const double bad[] = {1, INFINITY}, below[] = {-1};
	const struct pb_boot ok = {good, 3};
	const struct {
		struct pb_boot_pair pair;
		int err;
	} cases[] = {
		{{ok, {NULL, 0}}, -EINVAL}, {{{NULL, 0}, ok}, -EINVAL},	 {{ok, {zero, 3}}, -EDOM},
		{{{zero, 3}, ok}, -EDOM},   {{ok, {not_one, 3}}, -EDOM}, {{{bad, 2}, ok}, -EDOM},
		{{ok, {below, 1}}, -EDOM},
	};
	struct pb_paired paired;
	double ln[1];

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		assert_int_equal(pb_paired_ln_ratios(&cases[i].pair, 1, ln), cases[i].err);
	assert_int_equal(pb_paired_ln_ratios(NULL, 0, ln), -EINVAL);
	assert_int_equal(pb_paired_t(NULL, 0, &paired), -EINVAL);
	assert_int_equal(pb_paired_t(not_one, 3, &paired), -EINVAL);
	assert_int_equal(pb_paired_t(bad, 2, &paired), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_of_student),	    cmocka_unit_test(a_boot_is_one_figure),
		cmocka_unit_test(effects_are_fractions),    cmocka_unit_test(no_spread),
		cmocka_unit_test(one_pair_has_no_interval), cmocka_unit_test(what_has_no_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
