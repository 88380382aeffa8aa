/* The sign-flip test against Fisher's count, counts by hand, and itself when sampled. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/stats/signflip.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))
#define SEED	   1ul

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

/* Crossed less self-fertilised plants, in eighths of an inch. */
static const double darwin[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

/*
 * Fisher, "The Design of Experiments", section 21, on Darwin's Zea mays: of the 32,768
 * assignments 863 have a sum of 314 or more and as many -314 or less, p = 0.05267.
 */
static void darwins_plants(void **state)
{
	(void)state;
	assert_near(pb_signflip_p(darwin, LEN(darwin), SEED), 2 * 863 / 32768.0, 1e-15);
	assert_near(pb_signflip_p(darwin, LEN(darwin), SEED), 0.05267, 5e-6);
}

/*
 * By hand. 1, 2, 3: only all of one sign reach 6: 2 of 8. -1, 2, 3: the sum 4 is reached by
 * +-(2 + 3 + 1), +-(2 + 3 - 1): 4 of 8. 1, 1, -2: the sum 0 is reached by all. A
 * difference of 0 has two signs as well: 0, 1, 1: +-2 with either, 4 of 8.
 */
static void counted_by_hand(void **state)
{
	const double up[] = {1, 2, 3}, mixed[] = {-1, 2, 3}, nothing[] = {1, 1, -2};
	const double zero[] = {0, 1, 1}, zeros[] = {0, 0}, one[] = {-4};

	(void)state;
	assert_true(pb_signflip_p(up, 3, SEED) == 0.25);
	assert_true(pb_signflip_p(mixed, 3, SEED) == 0.5);
	assert_true(pb_signflip_p(nothing, 3, SEED) == 1);
	assert_true(pb_signflip_p(zero, 3, SEED) == 0.5);
	assert_true(pb_signflip_p(zeros, 2, SEED) == 1);
	assert_true(pb_signflip_p(one, 1, SEED) == 1);
}

/* Sums that are equal on paper are equal, in any order and unit: 0.1 + 0.2 is not 0.3 in binary. */
static void rounding_loses_no_assignment(void **state)
{
	const double order1[] = {0.1, 0.2, 0.3, -0.6, 0.7}, order2[] = {0.7, 0.3, -0.6, 0.2, 0.1};
	const double whole[] = {1, 2, 3, -6, 7};
	double scaled[LEN(darwin)];

	(void)state;
	assert_true(pb_signflip_p(order1, 5, SEED) == pb_signflip_p(whole, 5, SEED));
	assert_true(pb_signflip_p(order2, 5, SEED) == pb_signflip_p(whole, 5, SEED));
	for (size_t i = 0; i < LEN(darwin); i++)
		scaled[i] = -darwin[i] * 1e-7 / 3;
	assert_true(pb_signflip_p(scaled, LEN(darwin), SEED) ==
		    pb_signflip_p(darwin, LEN(darwin), SEED));
}

/* Equal differences: the binomial. 20 of them with 5 against: 2 P(B <= 5) = 0.041389. */
static void the_sign_test_is_a_special_case(void **state)
{
	double differences[PB_SIGNFLIP_MAX_EXACT];

	(void)state;
	for (size_t i = 0; i < LEN(differences); i++)
		differences[i] = i < 5 ? -2.5 : 2.5;
	assert_near(pb_signflip_p(differences, LEN(differences), SEED),
		    2 * (1 + 20 + 190 + 1140 + 4845 + 15504) / 1048576.0, 1e-15);
}

/* More than can be enumerated: Darwin's with zeros, which change no share. */
static void a_sample_comes_near(void **state)
{
	double many[40] = {0}, clear[40];
	double exact = 2 * 863 / 32768.0;
	double error = sqrt(exact * (1 - exact) / PB_SIGNFLIP_SAMPLE);
	double p;

	(void)state;
	for (size_t i = 0; i < LEN(darwin); i++)
		many[2 * i + 5] = darwin[i];
	p = pb_signflip_p(many, LEN(many), SEED);
	assert_near(p, exact, 4 * error);
	assert_true(p == pb_signflip_p(many, LEN(many), SEED));
	assert_true(p != pb_signflip_p(many, LEN(many), SEED + 1));
	for (size_t i = 0; i < LEN(clear); i++)
		clear[i] = 1 + (double)i;
	assert_near(pb_signflip_p(clear, LEN(clear), SEED), 1.0 / (PB_SIGNFLIP_SAMPLE + 1), 1e-15);
	assert_true(pb_signflip_p(clear, LEN(clear), SEED) == pb_signflip_smallest_p(LEN(clear)));
}

/* Of 25 equal ones 5 against: 2 P(B <= 5) = 0.0040773, for equal sums count; less than 5: 0.0009.
 */
static void a_sample_counts_equal_sums(void **state)
{
	double differences[25];

	(void)state;
	for (size_t i = 0; i < LEN(differences); i++)
		differences[i] = i < 5 ? -0.1 : 0.1;
	assert_near(pb_signflip_p(differences, LEN(differences), SEED), 0.0040773, 0.0008);
}

static void the_smallest_p(void **state)
{
	double differences[PB_SIGNFLIP_MAX_EXACT];

	(void)state;
	for (size_t n = 1; n <= LEN(differences); n++) {
		differences[n - 1] = -(double)n;
		assert_true(pb_signflip_smallest_p(n) == pb_signflip_p(differences, n, SEED));
	}
	assert_true(pb_signflip_smallest_p(0) == 1);
	assert_true(pb_signflip_smallest_p(5) == 0.0625);
	assert_true(pb_signflip_smallest_p(6) == 0.03125);
}

/* Below the level, not at it. */
static void pairs_for_a_level(void **state)
{
	(void)state;
	assert_int_equal(pb_signflip_pairs_for(0.05), 6);
	assert_int_equal(pb_signflip_pairs_for(0.01), 8);
	assert_int_equal(pb_signflip_pairs_for(0.05 / 10), 9);
	assert_int_equal(pb_signflip_pairs_for(0.0625), 6);
	assert_int_equal(pb_signflip_pairs_for(0.0626), 5);
	assert_int_equal(pb_signflip_pairs_for(1.1), 1);
	assert_int_equal(pb_signflip_pairs_for(0), 0);
}

static void what_is_no_difference(void **state)
{
	const double bad[] = {1, NAN}, far[] = {1, INFINITY}, huge[] = {1.7e308, 1.7e308, 1};

	(void)state;
	assert_true(isnan(pb_signflip_p(NULL, 0, SEED)));
	assert_true(isnan(pb_signflip_p(bad, 2, SEED)));
	assert_true(isnan(pb_signflip_p(far, 2, SEED)));
	assert_true(isnan(pb_signflip_p(huge, 3, SEED)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(darwins_plants),
		cmocka_unit_test(counted_by_hand),
		cmocka_unit_test(rounding_loses_no_assignment),
		cmocka_unit_test(the_sign_test_is_a_special_case),
		cmocka_unit_test(a_sample_comes_near),
		cmocka_unit_test(a_sample_counts_equal_sums),
		cmocka_unit_test(the_smallest_p),
		cmocka_unit_test(pairs_for_a_level),
		cmocka_unit_test(what_is_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
