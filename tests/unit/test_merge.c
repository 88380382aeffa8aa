/* What a session makes of its rounds: their order, one case out of all, and the drift. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "pinbench/result.h"
#include "bench/core/session/floor.h"
#include "bench/core/session/merge.h"
#include "bench/core/session/order.h"

#define CASES  40
#define ROUNDS 10

/* The order. */

static void an_order_has_everyone_once(void **state)
{
	(void)state;
	for (size_t count = 0; count <= CASES; count++) {
		size_t order[CASES + 1];
		bool seen[CASES + 1] = {false};

		order[count] = SIZE_MAX;
		order_draw(order, count, 3);
		for (size_t i = 0; i < count; i++) {
			assert_true(order[i] < count);
			assert_false(seen[order[i]]);
			seen[order[i]] = true;
		}
		assert_true(order[count] == SIZE_MAX);
	}
}

static void an_order_is_drawn_for_each_round(void **state)
{
	size_t orders[ROUNDS][CASES], again[CASES];

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		order_draw(orders[round], CASES, round);
		order_draw(again, CASES, round);
		assert_memory_equal(orders[round], again, sizeof(again));
		for (uint32_t other = 0; other < round; other++)
			assert_memory_not_equal(orders[round], orders[other], sizeof(again));
	}
}

/* Over many rounds each place is everyone's as often as anyone's: no case always comes first. */
static void nobody_is_preferred(void **state)
{
	enum {
		FEW = 4,
		MANY_ROUNDS = 4000
	};
	unsigned int first[FEW] = {0}, last[FEW] = {0};
	size_t order[FEW];

	(void)state;
	for (uint32_t round = 0; round < MANY_ROUNDS; round++) {
		order_draw(order, FEW, round);
		first[order[0]]++;
		last[order[FEW - 1]]++;
	}
	/* Six standard deviations: sqrt(4000 * 1/4 * 3/4) is 27. */
	for (int i = 0; i < FEW; i++) {
		assert_in_range(first[i], MANY_ROUNDS / FEW - 165, MANY_ROUNDS / FEW + 165);
		assert_in_range(last[i], MANY_ROUNDS / FEW - 165, MANY_ROUNDS / FEW + 165);
	}
}

/* One case out of its rounds. */

static json_t *metric(const char *name, double a, double b, double c)
{
	return json_pack("{s:s, s:s, s:b, s:[[f, f, f]]}", "name", name, "unit", "ns/call",
			 "primary", 1, "boots", a, b, c);
}

/* Takes @metrics, a list. */
static json_t *round_of(const char *outcome, const char *reason, json_t *metrics)
{
	return json_pack("{s:s, s:s, s:s*, s:o}", "id", "a/b", "outcome", outcome, "reason", reason,
			 "metrics", metrics);
}

static json_t *ok_round(double a, double b, double c)
{
	return round_of(PB_OUTCOME_OK, NULL, json_pack("[o]", metric("call", a, b, c)));
}

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	assert_true(json_is_number(value));
	return json_number_value(value);
}

static const json_t *metric_at(const json_t *item, size_t i)
{
	return json_array_get(json_object_get(item, "metrics"), i);
}

static void drop(json_t *const *rounds, size_t count, json_t *merged)
{
	for (size_t i = 0; i < count; i++)
		json_decref(rounds[i]);
	json_decref(merged);
}

/* The median is that of the rounds' medians: all samples' would be 8 here. */
static void rounds_lie_side_by_side(void **state)
{
	json_t *rounds[] = {ok_round(3, 1, 2), ok_round(8, 10, 9), ok_round(9, 8, 7)};
	json_t *merged = merge_rounds(rounds, 3);
	const json_t *call = metric_at(merged, 0), *boots = json_object_get(call, "boots");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(merged, "outcome")), PB_OUTCOME_OK);
	assert_int_equal(json_array_size(boots), 3);
	assert_true(json_number_value(json_array_get(json_array_get(boots, 1), 1)) == 10);
	assert_true(json_number_value(json_array_get(json_array_get(boots, 2), 2)) == 7);
	assert_true(number(call, "median") == 8);
	assert_true(number(call, "min") == 1);
	assert_true(number(call, "max") == 10);
	/* The rounds are as they were. */
	assert_int_equal(json_array_size(json_object_get(metric_at(rounds[0], 0), "boots")), 1);
	drop(rounds, 3, merged);
}

static void an_even_number_has_a_middle_too(void **state)
{
	json_t *rounds[] = {ok_round(1, 1, 1), ok_round(4, 4, 4)};
	json_t *merged = merge_rounds(rounds, 2);

	(void)state;
	assert_true(number(metric_at(merged, 0), "median") == 2.5);
	drop(rounds, 2, merged);
}

static void the_first_that_did_not_go_well_speaks(void **state)
{
	json_t *rounds[] = {
		ok_round(1, 1, 1),
		round_of(PB_OUTCOME_SKIP, "first", json_array()),
		round_of(PB_OUTCOME_FAIL, "second", json_array()),
		ok_round(1, 1, 1),
	};
	json_t *merged = merge_rounds(rounds, 4);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(merged, "outcome")), PB_OUTCOME_SKIP);
	assert_string_equal(json_string_value(json_object_get(merged, "reason")), "first");
	drop(rounds, 4, merged);
}

static void a_metric_may_be_missing_in_a_round(void **state)
{
	json_t *both =
		round_of(PB_OUTCOME_OK, NULL,
			 json_pack("[o, o]", metric("call", 1, 2, 3), metric("p99", 7, 8, 9)));
	json_t *rounds[] = {both, ok_round(4, 5, 6), round_of(PB_OUTCOME_OK, NULL, json_array())};
	json_t *merged = merge_rounds(rounds, 3);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(merged, "metrics")), 2);
	assert_int_equal(json_array_size(json_object_get(metric_at(merged, 0), "boots")), 2);
	assert_true(number(metric_at(merged, 0), "median") == 3.5);
	assert_int_equal(json_array_size(json_object_get(metric_at(merged, 1), "boots")), 1);
	assert_true(number(metric_at(merged, 1), "median") == 8);
	drop(rounds, 3, merged);
}

static void the_median_of_nothing_is_no_number(void **state)
{
	json_t *none = json_array();

	(void)state;
	assert_true(isnan(merge_median(none)));
	assert_true(isnan(merge_median(NULL)));
	json_decref(none);
}

/* The floor. */

static json_t *floor_of(json_t *figures)
{
	struct floor floor = {.figures = figures};
	json_t *ret = floor_to_json(&floor);

	floor_clear(&floor);
	assert_null(floor.figures);
	return ret;
}

static json_t *figure(const char *id, json_t *before, json_t *after)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", id, "metric", "call", "unit", "ns/call",
			 "before", before, "after", after);
}

static double drift_of(const json_t *floor, size_t i)
{
	return number(json_array_get(json_object_get(floor, "cases"), i), "drift_percent");
}

/* Medians of both, up is positive; the largest of all is told with its sign. */
static void the_drift_is_that_of_the_medians(void **state)
{
	json_t *floor = floor_of(json_pack(
		"[o, o]",
		figure("a", json_pack("[f, f, f]", 100., 900., 100.), json_pack("[f]", 105.)),
		figure("b", json_pack("[f, f]", 90., 110.), json_pack("[f, f, f]", 1., 92., 95.))));

	(void)state;
	assert_float_equal(drift_of(floor, 0), 5, 1e-9);
	assert_float_equal(drift_of(floor, 1), -8, 1e-9);
	assert_float_equal(number(floor, "drift_percent"), -8, 1e-9);
	json_decref(floor);
}

static void without_an_after_there_is_no_drift(void **state)
{
	json_t *floor =
		floor_of(json_pack("[o, o]", figure("a", json_pack("[f]", 100.), json_array()),
				   figure("b", json_pack("[f]", 0.), json_pack("[f]", 1.))));
	const json_t *cases = json_object_get(floor, "cases");

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(
			json_is_null(json_object_get(json_array_get(cases, i), "drift_percent")));
	assert_true(json_is_null(json_object_get(floor, "drift_percent")));
	json_decref(floor);
	assert_null(floor_of(NULL));
	assert_null(floor_of(json_array()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_has_everyone_once),
		cmocka_unit_test(an_order_is_drawn_for_each_round),
		cmocka_unit_test(nobody_is_preferred),
		cmocka_unit_test(rounds_lie_side_by_side),
		cmocka_unit_test(an_even_number_has_a_middle_too),
		cmocka_unit_test(the_first_that_did_not_go_well_speaks),
		cmocka_unit_test(a_metric_may_be_missing_in_a_round),
		cmocka_unit_test(the_median_of_nothing_is_no_number),
		cmocka_unit_test(the_drift_is_that_of_the_medians),
		cmocka_unit_test(without_an_after_there_is_no_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
