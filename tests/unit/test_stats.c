/* The order statistics that every figure of a report is made of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/stats/quantile.h"

static void median_of_odd_and_even_counts(void **state)
{
	const double odd[] = {9, 1, 5};
	const double even[] = {4, 1, 3, 2};
	const double huge[] = {1.7e308, 1.7e308};

	(void)state;
	assert_true(pb_median(odd, 3) == 5);
	assert_true(pb_median(even, 4) == 2.5);
	assert_true(pb_median(odd, 1) == 9);
	assert_true(pb_median(huge, 2) == 1.7e308);
}

static void nothing_has_no_statistics(void **state)
{
	(void)state;
	assert_true(isnan(pb_median(NULL, 0)));
	assert_true(isnan(pb_min(NULL, 0)));
	assert_true(isnan(pb_max(NULL, 0)));
	assert_true(isnan(pb_quantile(NULL, 0, 0.5)));
}

static void extremes(void **state)
{
	const double values[] = {3, -7, 12.5, 0};

	(void)state;
	assert_true(pb_min(values, 4) == -7);
	assert_true(pb_max(values, 4) == 12.5);
}

/* The table for nearest rank of 15, 20, 35, 40, 50 that textbooks give. */
static void quantile_is_the_nearest_rank(void **state)
{
	const double values[] = {35, 50, 15, 40, 20};

	(void)state;
	assert_true(pb_quantile(values, 5, 0.05) == 15);
	assert_true(pb_quantile(values, 5, 0.30) == 20);
	assert_true(pb_quantile(values, 5, 0.40) == 20);
	assert_true(pb_quantile(values, 5, 0.50) == 35);
	assert_true(pb_quantile(values, 5, 1.00) == 50);
	assert_true(pb_quantile(values, 5, 0) == 15);
	assert_true(pb_quantile(values, 5, -3) == 15);
	assert_true(pb_quantile(values, 5, 3) == 50);
}

/* Rank k of n is p = k/n, also where k/n times n is a hair above k in binary. */
static void quantile_survives_binary_fractions(void **state)
{
	double values[1000];

	(void)state;
	for (size_t n = 1; n <= 1000; n++) {
		for (size_t i = 0; i < n; i++)
			values[i] = (double)(i + 1);
		for (size_t k = 1; k <= n; k += 1 + n / 50)
			assert_true(pb_quantile(values, n, (double)k / (double)n) == (double)k);
	}
}

static void the_input_stays_as_it_was(void **state)
{
	double values[] = {3, 1, 2};
	const double before[] = {3, 1, 2};

	(void)state;
	pb_median(values, 3);
	pb_quantile(values, 3, 0.9);
	assert_memory_equal(values, before, sizeof(values));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_odd_and_even_counts),
		cmocka_unit_test(nothing_has_no_statistics),
		cmocka_unit_test(extremes),
		cmocka_unit_test(quantile_is_the_nearest_rank),
		cmocka_unit_test(quantile_survives_binary_fractions),
		cmocka_unit_test(the_input_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
