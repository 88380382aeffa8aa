/* What the plugin is told to look for and what is made of its answer; where functions lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab/kernel/changed/changed.h"
#include "lab/kernel/changed/locate.h"
#include "lab/run/watch.h"

/* To be found in this program, by name and source file. */
int pb_test_found(int number);
static int other(int number);

__attribute__((noinline)) int pb_test_found(int number)
{
	return number * 3;
}

__attribute__((noinline)) static int other(int number)
{
	return number * 5;
}

static const char *names[] = {"mm/a.o:one", "mm/b.o:two", "mm/b.o:three", NULL};

static struct pb_watch *watch_new(void)
{
	static const struct pb_place places[] = {
		{0x1000, 0x1010, 0}, {0x2000, 0x2040, 1}, {0x3000, 0x3008, 0}, {0x4000, 0x4010, 2}};
	struct pb_watch *watch = g_new0(struct pb_watch, 1);

	watch->names = g_strdupv((char **)names);
	watch->places = g_array_new(FALSE, FALSE, sizeof(struct pb_place));
	g_array_append_vals(watch->places, places, G_N_ELEMENTS(places));
	return watch;
}

static void check_list(const json_t *reached, const char *key, const char *wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(reached, key), i, one)
		g_string_append_printf(text, "%s ", json_string_value(one));
	assert_string_equal(text->str, wanted);
}

static void what_to_look_for(void **state)
{
	g_autoptr(pb_watch) watch = watch_new();
	g_autofree char *text = pb_watch_ranges(watch);

	assert_string_equal(text, "1000 1010\n2000 2040\n3000 3008\n4000 4010\n");
}

/* A function is measured if any of its parts was; outside only if none was. */
static void what_was_reached(void **state)
{
	g_autoptr(pb_watch) watch = watch_new();
	json_t *reached = pb_watch_reached(watch, "0 7\n0 5\n2 0\n0 0\n");

	check_list(reached, "measured", "mm/a.o:one ");
	check_list(reached, "outside", "mm/b.o:two ");
	json_decref(reached);
}

static void half_an_answer_is_none(void **state)
{
	g_autoptr(pb_watch) watch = watch_new();

	assert_null(pb_watch_reached(watch, NULL));
	assert_null(pb_watch_reached(watch, ""));
	assert_null(pb_watch_reached(watch, "0 7\n0 5\n2 0\n"));
	assert_null(pb_watch_reached(watch, "0 7\n0 5\nx 0\n0 0\n"));
}

static GPtrArray *changes_of(struct pb_function_change *change, guint count)
{
	GPtrArray *changes = g_ptr_array_new();

	for (guint i = 0; i < count; i++)
		g_ptr_array_add(changes, &change[i]);
	return changes;
}

static void functions_are_found_by_name_and_file(void **state)
{
	struct pb_function_change wanted[] = {
		{.object = (char *)"some/where.o", .folded = (char *)"pb_test_found"},
		{.object = (char *)"x/test_watch.o", .folded = (char *)"other"},
		{.object = (char *)"x/elsewhere.o", .folded = (char *)"other"},
		{.object = (char *)"x/test_watch.o", .folded = (char *)"nowhere"}};
	g_autoptr(GPtrArray) changes = changes_of(wanted, G_N_ELEMENTS(wanted));
	g_auto(GStrv) found = NULL;
	GArray *places;

	assert_int_equal(pb_test_found(1) + other(1), 8);
	assert_int_equal(pb_locate_functions("/proc/self/exe", changes, &found, &places, NULL), 0);
	assert_int_equal(g_strv_length(found), 2);
	assert_true(g_strv_contains((const char *const *)found, "some/where.o:pb_test_found"));
	assert_true(g_strv_contains((const char *const *)found, "x/test_watch.o:other"));
	assert_int_equal(places->len, 2);
	for (guint i = 0; i < places->len; i++) {
		const struct pb_place *place = &g_array_index(places, struct pb_place, i);

		assert_true(place->end > place->start);
		assert_true(!i || place->start >= place[-1].end);
	}
	g_array_unref(places);
}

static void a_file_without_symbols(void **state)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	GArray *places;
	char **found;

	assert_true(pb_locate_functions("/nowhere", changes, &found, &places, &error) < 0);
	assert_non_null(strstr(error->message, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_to_look_for),
		cmocka_unit_test(what_was_reached),
		cmocka_unit_test(half_an_answer_is_none),
		cmocka_unit_test(functions_are_found_by_name_and_file),
		cmocka_unit_test(a_file_without_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
