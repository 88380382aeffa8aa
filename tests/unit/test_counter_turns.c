/* Groups of events of the processor take turns, one a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "bench/core/counters/counting.h"

#define MOST_IN_TURN (COUNTER_GROUPS_MOST - 1)
#define SOFTWARE     1

/* Groups of no events, the first of which is that of software. */
static struct counter_set set_of(size_t in_turn)
{
	return (struct counter_set){.groups = SOFTWARE + in_turn, .always = SOFTWARE};
}

/* The group behind the first, which is always on. */
static size_t next_of(struct counter_set *set)
{
	size_t on = 0, ret = 0;

	counter_set_next(set);
	assert_true(counter_set_has(set, 0));
	for (size_t i = SOFTWARE; i < set->groups; i++) {
		if (!counter_set_has(set, i))
			continue;
		on++;
		ret = i - SOFTWARE;
	}
	assert_int_equal(on, 1);
	return ret;
}

static void what_is_alone_is_always_on(void **state)
{
	struct counter_set software = set_of(0), one = set_of(1);

	for (int i = 0; i < 5; i++) {
		counter_set_next(&software);
		assert_true(counter_set_has(&software, 0));
		assert_int_equal(next_of(&one), 0);
	}
}

static void each_group_has_as_many_turns(void **state)
{
	for (size_t groups = 2; groups <= MOST_IN_TURN; groups++) {
		struct counter_set set = set_of(groups);
		size_t turns[MOST_IN_TURN] = {0};

		for (size_t i = 0; i < groups * groups * 3; i++)
			turns[next_of(&set)]++;
		for (size_t i = 0; i < groups; i++)
			assert_int_equal(turns[i], groups * 3);
	}
}

/* Calls that come in pairs (one dear, one cheap) are no pairs of groups. */
static void calls_in_a_pattern_meet_each_group(void **state)
{
	for (size_t groups = 2; groups <= MOST_IN_TURN; groups++) {
		struct counter_set set = set_of(groups);
		bool met[MOST_IN_TURN][MOST_IN_TURN] = {0};

		for (size_t i = 0; i < groups * groups; i++)
			met[i % groups][next_of(&set)] = true;
		for (size_t i = 0; i < groups; i++) {
			for (size_t j = 0; j < groups; j++)
				assert_true(met[i][j]);
		}
	}
}

static void scaled_to_all_calls_and_all_of_the_time(void **state)
{
	struct counting_total total = {
		.groups = 2,
		.calls = 100,
		.calls_of = {100, 25},
		.values = {10, 10},
		.enabled = {1000, 400},
		.running = {1000, 400},
		.group_of = {0, 1},
	};
	double value;

	assert_int_equal(counting_scale(&total, 0, &value), 0);
	assert_true(value == 10);
	assert_int_equal(counting_scale(&total, 1, &value), 0);
	assert_true(value == 40);
	assert_true(counting_percent(&total, 1) == 25);
	/* What others take from the counters comes on top. */
	total.running[1] = 360;
	assert_true(counting_percent(&total, 1) == 22.5);
	total.running[1] = 200;
	assert_int_equal(counting_scale(&total, 1, &value), -EAGAIN);
	total.calls_of[1] = 0;
	total.enabled[1] = total.running[1] = 0;
	assert_int_equal(counting_scale(&total, 1, &value), -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_alone_is_always_on),
		cmocka_unit_test(each_group_has_as_many_turns),
		cmocka_unit_test(calls_in_a_pattern_meet_each_group),
		cmocka_unit_test(scaled_to_all_calls_and_all_of_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
