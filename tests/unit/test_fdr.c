/* q values against the example of Benjamini and Hochberg's paper. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/stats/fdr.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

/*
 * Benjamini and Hochberg 1995, section 4.1: 15 tests of two treatments of myocardial
 * infarction. At 0.05 their procedure rejects the four smallest; Bonferroni's three. The q by
 * hand, p_j 15 / j and the least of those to the right.
 */
static void the_paper(void **state)
{
	static const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
				   0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000};
	static const double wanted[] = {
		0.0015,		 0.003,		  0.0095,     0.035625,	  0.0603,
		0.0298 * 15 / 7, 0.0298 * 15 / 7, 0.0645,     0.0765,	  0.486,
		0.58118182,	 0.714875,	  0.75323077, 0.81321429, 1.0,
	};
	double q[LEN(p)], shuffled[LEN(p)], shuffled_q[LEN(p)];
	size_t rejected = 0;

	(void)state;
	assert_int_equal(pb_fdr_q(p, LEN(p), q), LEN(p));
	for (size_t i = 0; i < LEN(p); i++) {
		assert_near(q[i], wanted[i], 5e-9);
		rejected += q[i] <= 0.05;
		/* 7 has no divisor in common with 15: every one once, in another order. */
		shuffled[i] = p[i * 7 % LEN(p)];
	}
	assert_int_equal(rejected, 4);
	assert_int_equal(pb_fdr_q(shuffled, LEN(p), shuffled_q), LEN(p));
	for (size_t i = 0; i < LEN(p); i++)
		assert_true(shuffled_q[i] == q[i * 7 % LEN(p)]);
}

static void equal_p_have_equal_q(void **state)
{
	const double p[] = {0.03, 0.01, 0.03, 0.5, 0.03};
	double q[LEN(p)];

	(void)state;
	assert_int_equal(pb_fdr_q(p, LEN(p), q), 5);
	assert_near(q[1], 0.0375, 1e-15);
	assert_near(q[0], 0.0375, 1e-15);
	assert_true(q[0] == q[2] && q[2] == q[4]);
	assert_true(q[3] == 0.5);
}

static void what_was_no_test_is_left_out(void **state)
{
	const double with[] = {NAN, 0.02, -1, 0.04, 1.5, NAN}, without[] = {0.02, 0.04};
	double q[LEN(with)], wanted[2];

	(void)state;
	assert_int_equal(pb_fdr_q(with, LEN(with), q), 2);
	assert_int_equal(pb_fdr_q(without, 2, wanted), 2);
	assert_true(isnan(q[0]) && isnan(q[2]) && isnan(q[4]) && isnan(q[5]));
	assert_true(q[1] == wanted[0] && q[3] == wanted[1]);
	assert_near(wanted[0], 0.04, 1e-15);
	assert_int_equal(pb_fdr_q(NULL, 0, NULL), 0);
	assert_int_equal(pb_fdr_q(with, 1, q), 0);
	assert_true(isnan(q[0]));
}

/* One test alone is not corrected, and no q is above 1; the input may be the output. */
static void the_ends(void **state)
{
	double one[] = {0.04}, many[] = {1, 0, 0.99, 0.98};

	(void)state;
	assert_int_equal(pb_fdr_q(one, 1, one), 1);
	assert_true(one[0] == 0.04);
	assert_int_equal(pb_fdr_q(many, 4, many), 4);
	assert_true(many[1] == 0);
	assert_true(many[0] == 1 && many[2] == 1 && many[3] == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_paper),
		cmocka_unit_test(equal_p_have_equal_q),
		cmocka_unit_test(what_was_no_test_is_left_out),
		cmocka_unit_test(the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
