/* Events of perf by their names: what each is, and which are near one that there is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "bench/core/counters/counters.h"
#include "bench/core/counters/group.h"
#include "bench/core/counters/names.h"
#include "bench/core/counters/event.h"
#include "bench/core/counters/pmu.h"

static void suggests(const char *list, const char *suggestion)
{
	json_t *names = json_loads(list, JSON_DECODE_ANY, NULL);
	struct counters counters;
	char why[1024];

	assert_non_null(names);
	assert_int_equal(counters_read(names, &counters, why, sizeof(why)), -EINVAL);
	json_decref(names);
	if (!strstr(why, suggestion))
		fail_msg("'%s' is not in: %s", suggestion, why);
	counters_free(&counters);
}

static void an_unknown_name_has_near_ones(void **state)
{
	suggests("[\"instructionz\"]", "instructions, ");
	suggests("[\"page-fault\"]", "page-faults, ");
	suggests("[\"dTLB-loadmisses\"]", "dTLB-load-misses, ");
#ifdef __x86_64__
	suggests("[\"INST_RETIRD\"]", "INST_RETIRED, ");
#endif
	if (geteuid() == 0)
		suggests("[\"migrate:mm_migrate_page\"]", "migrate:mm_migrate_pages, ");
	suggests("[7]", "list of names");
	suggests("\"cycles\"", "list of names");
	suggests("[\"\"]", "no event ''");
}

static void distance_is_the_fewest_changes(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} pairs[] = {
		{"", "", 0},
		{"a", "", 1},
		{"", "abc", 3},
		{"cycles", "Cycles", 0},
		{"kitten", "sitting", 3},
		{"cycels", "cycles", 2},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(names_distance(pairs[i].a, pairs[i].b), pairs[i].distance);
		assert_int_equal(names_distance(pairs[i].b, pairs[i].a), pairs[i].distance);
	}
}

static void of_another_processor_is_known(void **state)
{
#ifdef __x86_64__
	struct counter_event event;
	char why[512];

	/* Of a processor of 1999. */
	assert_int_equal(
		counter_event_find("amd64_k7::DATA_CACHE_ACCESSES", &event, why, sizeof(why)),
		-ENODEV);
	assert_non_null(strstr(why, "K7"));
#else
	skip();
#endif
}

static void of_the_machines_own_lists(void **state)
{
	struct counter_event event;

	assert_int_equal(pmu_event_find("cycles", &event), -ENOENT);
	assert_int_equal(pmu_event_find("no_such_pmu/cycles/", &event), -ENODEV);
	assert_int_equal(pmu_event_find("software/no_such_event/", &event), -ENOENT);
	/* Words that are written out need no list. */
	assert_int_equal(pmu_event_find("software/config=0x2,config1=7/", &event), 0);
	assert_int_equal(event.type, 1);
	assert_int_equal(event.config, 2);
	assert_int_equal(event.config1, 7);
	assert_int_equal(pmu_event_find("software/config=2/x", &event), -ENOENT);
	assert_int_equal(pmu_event_find("software/config=2,config1=8/", &event), 0);
	assert_int_equal(event.config1, 8);
}

static void one_side_by_its_name(void **state)
{
	struct counter_event event;
	char why[512];

	assert_int_equal(counter_event_find("cycles:u", &event, why, sizeof(why)), 0);
	assert_true(event.exclude_kernel && !event.exclude_user);
	assert_int_equal(event.kind, COUNTER_HARDWARE);
	assert_int_equal(counter_event_find("cycles:k", &event, why, sizeof(why)), 0);
	assert_true(event.exclude_user && !event.exclude_kernel);
	assert_int_equal(counter_event_find("page-faults", &event, why, sizeof(why)), 0);
	assert_false(event.exclude_user || event.exclude_kernel);
	assert_string_equal(counter_kind_name(event.kind), "software");
}

static void scaled_to_all_of_the_time(void **state)
{
	double value;

	assert_int_equal(counter_scale(10, 100, 100, 20, &value), 0);
	assert_true(value == 10);
	assert_int_equal(counter_scale(10, 100, 50, 20, &value), 0);
	assert_true(value == 20);
	assert_int_equal(counter_scale(10, 100, 20, 20, &value), 0);
	assert_true(value == 50);
	assert_int_equal(counter_scale(10, 100, 19, 20, &value), -EAGAIN);
	assert_int_equal(counter_scale(0, 100, 0, 0, &value), -EAGAIN);
	/* Never on: nothing was counted, and nothing missed. */
	assert_int_equal(counter_scale(0, 0, 0, 20, &value), 0);
	assert_true(value == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_name_has_near_ones),
		cmocka_unit_test(distance_is_the_fewest_changes),
		cmocka_unit_test(of_another_processor_is_known),
		cmocka_unit_test(of_the_machines_own_lists),
		cmocka_unit_test(one_side_by_its_name),
		cmocka_unit_test(scaled_to_all_of_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
