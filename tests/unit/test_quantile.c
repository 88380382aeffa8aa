/*
 * The quantile that the agent takes of single calls, at its edges, and that the one
 * of the reports is the same figure for the same values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/core/module.h"
#include "pinbench/quantile.h"
#include "reports/stats/quantile.h"

/* The quantiles that benchmarks take, as fractions, so that no rounding is in the test. */
static const struct {
	double p;
	size_t num;
	size_t den;
} quantiles[] = {{0.5, 1, 2}, {0.99, 99, 100}, {1, 1, 1}, {0.25, 1, 4}, {0.75, 3, 4}};

#define NR_QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

/* The definition, word by word: the first value with num/den of all at or below it. */
static size_t index_by_definition(size_t count, size_t num, size_t den)
{
	size_t index = 0;

	while ((index + 1) * den < num * count)
		index++;
	return index;
}

static struct durations durations_of(const uint64_t *values, size_t count)
{
	struct durations d;

	assert_int_equal(durations_init(&d, count ? count : 1), 0);
	if (count)
		memcpy(d.values, values, count * sizeof(*values));
	d.count = count;
	return d;
}

static double quantile_of(const uint64_t *values, size_t count, double p, double overhead)
{
	struct durations d = durations_of(values, count);
	double ret = durations_quantile(&d, p, overhead);

	durations_free(&d);
	return ret;
}

static void few_values(void **state)
{
	(void)state;
	assert_int_equal(pb_quantile_index(1, 0.5), 0);
	assert_int_equal(pb_quantile_index(1, 0.99), 0);
	assert_int_equal(pb_quantile_index(1, 1), 0);
	/* Of two, half are at or below the first. */
	assert_int_equal(pb_quantile_index(2, 0.5), 0);
	assert_int_equal(pb_quantile_index(2, 0.51), 1);
	assert_int_equal(pb_quantile_index(2, 0.99), 1);
	assert_int_equal(pb_quantile_index(2, 1), 1);
	assert_int_equal(pb_quantile_index(3, 0.5), 1);
}

static void around_a_hundred_values(void **state)
{
	(void)state;
	assert_int_equal(pb_quantile_index(99, 0.99), 98);
	assert_int_equal(pb_quantile_index(100, 0.99), 98);
	assert_int_equal(pb_quantile_index(101, 0.99), 99);
	assert_int_equal(pb_quantile_index(200, 0.99), 197);
	assert_int_equal(pb_quantile_index(201, 0.99), 198);
	assert_int_equal(pb_quantile_index(100, 0.5), 49);
	assert_int_equal(pb_quantile_index(101, 0.5), 50);
	assert_int_equal(pb_quantile_index(100, 1), 99);
}

static void the_definition_for_every_count(void **state)
{
	(void)state;
	for (size_t count = 1; count <= 2000; count++)
		for (size_t i = 0; i < NR_QUANTILES; i++)
			assert_int_equal(
				pb_quantile_index(count, quantiles[i].p),
				index_by_definition(count, quantiles[i].num, quantiles[i].den));
}

/* Whatever is asked for, what is answered is an index of the array. */
static void never_outside(void **state)
{
	static const double odd[] = {0, 1e-300, 0.999999999999, 1.0000001, 2, 1e9};
	static const size_t counts[] = {1, 2, 100, 1u << 20};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			assert_true(pb_quantile_index(counts[k], odd[i]) < counts[k]);
}

static void agent_and_reports_agree(void **state)
{
	double values[500];

	(void)state;
	for (size_t count = 1; count <= 500; count++) {
		for (size_t i = 0; i < count; i++)
			values[i] = (double)i;
		for (size_t i = 0; i < NR_QUANTILES; i++)
			assert_true(pb_quantile(values, count, quantiles[i].p) ==
				    (double)pb_quantile_index(count, quantiles[i].p));
	}
}

/* As calls come: in no order, some the same, one far off. */
static void unsorted_and_equal_values(void **state)
{
	const uint64_t mixed[] = {70, 10, 9000, 10, 40, 10};
	const uint64_t equal[] = {7, 7, 7, 7};

	(void)state;
	assert_true(quantile_of(mixed, 6, 0.5, 0) == 10);
	assert_true(quantile_of(mixed, 6, 0.51, 0) == 40);
	assert_true(quantile_of(mixed, 6, 0.99, 0) == 9000);
	assert_true(quantile_of(mixed, 6, 1, 0) == 9000);
	assert_true(quantile_of(equal, 4, 0.5, 0) == 7);
	assert_true(quantile_of(equal, 4, 0.99, 0) == 7);
	assert_true(quantile_of(equal, 4, 1, 0) == 7);
	assert_true(quantile_of(equal, 1, 0.5, 0) == 7);
}

/* Durations beyond 32 bits sort as the numbers that they are. */
static void long_calls(void **state)
{
	const uint64_t values[] = {1ull << 40, 1, (1ull << 40) + 1, 1ull << 32, 1ull << 63};

	(void)state;
	assert_true(quantile_of(values, 5, 0.2, 0) == 1);
	assert_true(quantile_of(values, 5, 0.4, 0) == 4294967296.0);
	assert_true(quantile_of(values, 5, 0.5, 0) == 1099511627776.0);
	assert_true(quantile_of(values, 5, 1, 0) == 9223372036854775808.0);
}

/* A call cheaper than the clock costs nothing; it does not give time back. */
static void the_overhead_comes_off_every_call(void **state)
{
	const uint64_t values[] = {100, 20, 60};
	struct durations d = durations_of(values, 3);

	(void)state;
	assert_true(durations_quantile(&d, 0.5, 18) == 42);
	assert_true(durations_quantile(&d, 1, 18) == 82);
	assert_true(durations_quantile(&d, 0.1, 21) == 0);
	assert_true(durations_total(&d, 0) == 180);
	assert_true(durations_total(&d, 18) == 126);
	assert_true(durations_total(&d, 1000) == 0);
	durations_free(&d);
}

static void no_calls_at_all(void **state)
{
	(void)state;
	assert_true(quantile_of(NULL, 0, 0.5, 0) == 0);
	assert_true(quantile_of(NULL, 0, 1, 18) == 0);
	assert_true(isnan(pb_quantile(NULL, 0, 0.5)));
	assert_int_equal(pb_quantile_index(0, 0.5), 0);
}

/* A repetition may have fewer calls than there is room for. */
static void what_lies_beyond_the_count_is_not_looked_at(void **state)
{
	const uint64_t values[] = {5, 3, 4, 1000, 0};
	struct durations d = durations_of(values, 5);
	struct pinbench_samples back = {.count = 3, .ticks = 2};

	(void)state;
	durations_take(&d, &back);
	assert_int_equal(d.ticks, 2);
	assert_true(durations_quantile(&d, 1, 0) == 5);
	assert_true(durations_quantile(&d, 0.01, 0) == 3);
	assert_true(durations_total(&d, 0) == 12);
	durations_free(&d);
}

static void what_the_module_is_asked_for(void **state)
{
	struct pinbench_samples counted, timed;
	struct durations d;

	(void)state;
	assert_int_equal(durations_init(&d, 17), 0);
	counted = durations_request(&d, true);
	timed = durations_request(&d, false);
	assert_true(counted.durations == (uintptr_t)d.values);
	assert_int_equal(counted.capacity, 17);
	assert_int_equal(counted.clock, PINBENCH_CLOCK_CYCLES);
	assert_int_equal(counted.flags, PINBENCH_SAMPLES_AVOID_TICK);
	assert_int_equal(timed.clock, PINBENCH_CLOCK_NS);
	assert_int_equal(timed.flags, 0);
	assert_int_equal(counted.region | timed.region | counted.count | counted.ticks, 0);
	durations_free(&d);
	assert_null(d.values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_values),
		cmocka_unit_test(around_a_hundred_values),
		cmocka_unit_test(the_definition_for_every_count),
		cmocka_unit_test(never_outside),
		cmocka_unit_test(agent_and_reports_agree),
		cmocka_unit_test(unsorted_and_equal_values),
		cmocka_unit_test(long_calls),
		cmocka_unit_test(the_overhead_comes_off_every_call),
		cmocka_unit_test(no_calls_at_all),
		cmocka_unit_test(what_lies_beyond_the_count_is_not_looked_at),
		cmocka_unit_test(what_the_module_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
