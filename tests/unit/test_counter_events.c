/* --counters of timed evidence: names of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab/run/counters.h"
#include "pinbench/exit.h"
#include "reports/error.h"

static void become(const char *text, const char *const *wanted)
{
	g_auto(GStrv) names = NULL;
	json_t *list;

	assert_int_equal(pb_counter_events_parse(text, &names, NULL), 0);
	assert_true(g_strv_equal((const char *const *)names, wanted));
	list = pb_counter_events_json(names);
	assert_int_equal(json_array_size(list), g_strv_length(names));
	assert_string_equal(json_string_value(json_array_get(list, 0)), wanted[0]);
	json_decref(list);
}

static void commas_are_between_names(void **state)
{
	become("cycles", (const char *const[]){"cycles", NULL});
	become("cycles, migrate:mm_migrate_pages",
	       (const char *const[]){"cycles", "migrate:mm_migrate_pages", NULL});
	become("cpu/event=0x3c,umask=1/,page-faults",
	       (const char *const[]){"cpu/event=0x3c,umask=1/", "page-faults", NULL});
}

static void nothing_is_no_name(void **state)
{
	static const char *const wrong[] = {"", ",", "cycles,", ",cycles", "cycles,,branches"};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) names = NULL;

		assert_true(pb_counter_events_parse(wrong[i], &names, &error) < 0);
		assert_int_equal(error->code, PB_EXIT_USAGE);
		assert_non_null(strstr(error->message, "commas"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_are_between_names),
		cmocka_unit_test(nothing_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
