/* Where a figure moved: exact numbers from the profiles of two kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/compare/functions.h"
#include "tests/unit/rendered.h"
#include "tests/unit/profile_sample.h"

enum {
	INSNS,
	LOADS,
	LOCKED,
	IPIS,
	MISSES,
	EVENTS,
};
static const char *const names[EVENTS] = {"insns", "loads", "locked", "ipis", "l1d_misses"};

/* Of what is not said: a function of gup.c in the kernel that calls nothing. */
struct planted {
	const char *name;
	int self[EVENTS];
	int called; /* instructions of what it calls */
	int calls;
	const char *file;
};

static json_t *vector_of(const int *values, int more)
{
	json_t *vector = json_array();

	for (int i = 0; i < EVENTS; i++)
		json_array_append_new(vector, json_integer(values[i] + (i ? 0 : more)));
	return vector;
}

static void plant(json_t *region, const struct planted *one)
{
	json_t *functions = json_object_get(region, "functions");
	int index = (int)json_array_size(functions), calls = one->calls ? one->calls : 1;

	json_array_append_new(functions,
			      json_pack("{s:s, s:s, s:s, s:i, s:o, s:o}", "name", one->name, "file",
					one->file ? one->file : "gup.c", "where", "kernel", "calls",
					calls, "self", vector_of(one->self, 0), "inclusive",
					vector_of(one->self, one->called)));
	json_array_append_new(json_object_get(region, "nodes"),
			      json_pack("{s:i, s:i, s:i, s:o}", "function", index, "parent", -1,
					"calls", calls, "self", vector_of(one->self, 0)));
}

/* @planted ends with one without a name. The clock costs 2 instructions, 1 of them a load. */
static struct pb_profile *profile(int operations, const struct planted *planted)
{
	static const int clock[EVENTS] = {2, 1};
	json_t *events = json_array(), *region, *root;
	int insns = 0;

	for (int i = 0; i < EVENTS; i++)
		json_array_append_new(events, json_string(names[i]));
	region = json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:[], s:[], s:[]}", "metric", "pin",
			   "per", "page", "operations", operations, "calls", 1, "overhead_insns", 2,
			   "overhead", vector_of(clock, 0), "functions", "nodes", "lines");
	for (; planted->name; planted++) {
		plant(region, planted);
		insns += planted->self[INSNS];
	}
	json_object_set_new(region, "insns", json_integer(insns));
	root = json_pack("{s:s, s:s, s:s, s:s, s:i, s:n, s:o, s:[o]}", "schema", PB_PROFILE_SCHEMA,
			 "id", "gup/pin", "kernel", "6.12", "release", "6.12.117", "repetitions", 1,
			 "model", "events", events, "regions", region);
	return profile_of(root);
}

#define PLANT(...) ((const struct planted[]){__VA_ARGS__, {.name = NULL}})
#define DOES(what, ...)                               \
	{                                             \
		.name = what, .self = { __VA_ARGS__ } \
	}
#define IN(source, many)                                       \
	{                                                      \
		.name = "init", .self = {many}, .file = source \
	}

/* Of @before over @pages and @after over @patched_pages; the caller unrefs. */
static json_t *compare(int pages, const struct planted *before, int patched_pages,
		       const struct planted *after)
{
	g_autoptr(pb_profile) baseline = profile(pages, before);
	g_autoptr(pb_profile) patched = profile(patched_pages, after);
	json_t *found = pb_compare_functions(baseline, patched, "pin");

	assert_non_null(found);
	return found;
}

/* Takes @found. @wanted: single quotes stand for double ones; its members are all compared. */
static void is(json_t *found, const char *wanted)
{
	json_t *expected = parse(wanted);

	if (!json_equal(found, expected)) {
		g_autofree char *text = json_dumps(found, JSON_INDENT(1));

		fail_msg("expected %s, found %s", wanted, text);
	}
	json_decref(expected);
	json_decref(found);
}

static json_t *function_at(const json_t *found, size_t index, const char *key)
{
	return json_object_get(json_array_get(json_object_get(found, "functions"), index), key);
}

static void says(json_t *found, const char *sentence)
{
	assert_string_equal(json_string_value(json_object_get(found, "sentence")), sentence);
	json_decref(found);
}

/* Its caller does nothing else itself, and is not listed. */
static void one_more_instruction(void **state)
{
	(void)state;
	is(compare(4,
		   PLANT({.name = "pte_range", .self = {40, 12, 4}, .calls = 8},
			 {.name = "caller", .self = {80, 20}, .called = 40}),
		   4,
		   PLANT({.name = "caller", .self = {80, 20}, .called = 44},
			 {.name = "pte_range", .self = {44, 14, 8}, .calls = 8})),
	   "{'unit':'insn/page','functions':[{'name':'pte_range','file':'gup.c','where':'kernel',"
	   "'how':'changed','baseline_self':10.0,'patched_self':11.0,'self_delta':1.0,"
	   "'baseline_inclusive':10.0,'patched_inclusive':11.0,'inclusive_delta':1.0,"
	   "'baseline_calls':2.0,'patched_calls':2.0,'events':{'loads':0.5,'locked':1.0}}],"
	   "'function_count':1,'events':[{'name':'insns','baseline':29.5,'patched':30.5,"
	   "'delta':1.0},{'name':'loads','baseline':7.75,'patched':8.25,'delta':0.5},"
	   "{'name':'locked','baseline':1.0,'patched':2.0,'delta':1.0}],'accounted':1.0,"
	   "'sentence':'+1.00 insn/page in pte_range, of which 1.00 locked'}");
}

static void what_was_inlined_is_a_function_of_its_own(void **state)
{
	json_t *found =
		compare(2, PLANT(DOES("walk", 40)), 2, PLANT(DOES("walk", 28), DOES("step", 14)));

	(void)state;
	assert_string_equal(json_string_value(function_at(found, 0, "name")), "step");
	assert_string_equal(json_string_value(function_at(found, 0, "how")), "new");
	assert_true(json_real_value(function_at(found, 0, "baseline_self")) == 0);
	assert_true(json_real_value(function_at(found, 1, "self_delta")) == -6);
	assert_true(json_real_value(json_object_get(found, "accounted")) == 1);
	says(found, "+7.00 insn/page in step (new), -6.00 in walk");
}

static void what_is_gone(void **state)
{
	(void)state;
	says(compare(2, PLANT(DOES("walk", 40), DOES("step", 14, 0, 2)), 2,
		     PLANT(DOES("walk", 40))),
	     "-7.00 insn/page in step (gone), of which 1.00 locked");
}

static void nothing_differs(void **state)
{
	(void)state;
	is(compare(3, PLANT(DOES("walk", 40, 1, 2, 3, 4)), 3, PLANT(DOES("walk", 40, 1, 2, 3, 9))),
	   "{'unit':'insn/page','functions':[],'function_count':0,'events':[],'accounted':0.0,"
	   "'sentence':'no function differs'}");
}

/* A third of an instruction is the same third, however often it was measured. */
static void other_numbers_of_operations(void **state)
{
	json_t *found = compare(3, PLANT(DOES("walk", 10, 1), DOES("step", 7)), 9,
				PLANT(DOES("walk", 30, 3), DOES("step", 22)));

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(found, "function_count")), 1);
	assert_true(json_real_value(function_at(found, 0, "self_delta")) == 1.0 / 9);
	says(found, "+0.111 insn/page in step");
}

static void an_event_without_instructions(void **state)
{
	(void)state;
	says(compare(1, PLANT(DOES("walk", 40)), 1, PLANT(DOES("walk", 40, 0, 1))),
	     "no change in instructions; +1.00 locked/page in walk");
	says(compare(1, PLANT(DOES("walk", 40, 0, 0, 5)), 2, PLANT(DOES("walk", 80, 0, 0, 6))),
	     "no change in instructions; -2.00 IPIs/page in walk");
	says(compare(1, PLANT(DOES("walk", 40)), 1, PLANT(DOES("walk", 40, 1))),
	     "no change in instructions; other events differ in walk");
	says(compare(1, PLANT(DOES("a", 40), DOES("b", 40)), 1,
		     PLANT(DOES("a", 40, 1), DOES("b", 40, 1))),
	     "no change in instructions; other events differ in 2 functions");
	says(compare(512, PLANT(DOES("a", 512), DOES("b", 40)), 512,
		     PLANT(DOES("a", 513), DOES("b", 40, 0, 512))),
	     "+0.00195 insn/page in a; +1.00 locked/page in b");
}

static void the_largest_are_named(void **state)
{
	json_t *found = compare(
		1, PLANT(DOES("a", 9), DOES("b", 9), DOES("c", 9), DOES("d", 9), DOES("e", 9)), 1,
		PLANT(DOES("a", 10), DOES("b", 6), DOES("c", 11), DOES("d", 8, 0, 0, 1),
		      DOES("e", 14)));

	(void)state;
	assert_string_equal(json_string_value(function_at(found, 3, "name")), "a");
	says(found, "+5.00 insn/page in e, -3.00 in b, +2.00 in c and 2 more functions; "
		    "+1.00 IPIs/page in d");
	/* More locked instructions than instructions are no part of them. */
	says(compare(1, PLANT(DOES("a", 9), DOES("b", 9)), 1,
		     PLANT(DOES("a", 10, 0, 2, 1), DOES("b", 8))),
	     "+1.00 insn/page in a, +2.00 locked/page, +1.00 IPIs/page; -1.00 in b");
	says(compare(1, PLANT(DOES("a", 0), DOES("b", 1), DOES("c", 1), DOES("d", 1)), 1,
		     PLANT(DOES("a", 0, 0, 0, 1), DOES("b", 1, 0, 0, 1), DOES("c", 1, 0, 1),
			   DOES("d", 1, 0, 0, 1))),
	     "no change in instructions; +1.00 locked/page in c; +1.00 IPIs/page in a; "
	     "+1.00 IPIs/page in b; and 1 more such change");
}

/* By file where both sides know it. Two of one side with all the same are one. */
static void which_is_which(void **state)
{
	(void)state;
	says(compare(1, PLANT(IN("a.c", 5), IN("b.c", 9)), 1, PLANT(IN("a.c", 5), IN("b.c", 10))),
	     "+1.00 insn/page in init");
	says(compare(1, PLANT(IN("", 5)), 1, PLANT(IN("b.c", 7))), "+2.00 insn/page in init");
	says(compare(1, PLANT(IN("a.c", 5)), 1, PLANT(IN("", 7))), "+2.00 insn/page in init");
	/* One of the name left on each side: its source was renamed. Of two it cannot be told. */
	says(compare(1, PLANT(IN("a.c", 5)), 1, PLANT(IN("b.c", 7))), "+2.00 insn/page in init");
	says(compare(1, PLANT(IN("a.c", 5)), 1, PLANT(IN("b.c", 7), IN("c.c", 1))),
	     "+7.00 insn/page in init (new), -5.00 in init (gone), +1.00 in init (new)");
	says(compare(1, PLANT(DOES("init", 5), DOES("init", 6)), 1, PLANT(DOES("init", 11))),
	     "no function differs");
}

static void so_many_are_listed(void **state)
{
	g_autofree struct planted *before = g_new0(struct planted, 301);
	g_autoptr(GStringChunk) strings = g_string_chunk_new(1024);
	json_t *found;

	(void)state;
	for (int i = 0; i < 300; i++) {
		g_autofree char *name = g_strdup_printf("f%03d", i);

		before[i].name = g_string_chunk_insert(strings, name);
		before[i].self[INSNS] = 1;
	}
	found = compare(1, before, 1, PLANT(DOES("left", 7)));
	assert_int_equal(json_array_size(json_object_get(found, "functions")),
			 PB_MOST_MOVED_FUNCTIONS);
	assert_int_equal(json_integer_value(json_object_get(found, "function_count")), 301);
	assert_true(json_real_value(json_object_get(found, "accounted")) == -293);
	says(found, "+7.00 insn/page in left (new), -1.00 in f000 (gone), -1.00 in f001 (gone) and "
		    "298 more functions");
}

static void what_cannot_be_compared(void **state)
{
	g_autoptr(pb_profile) one = profile(1, PLANT(DOES("walk", 5)));
	g_autoptr(pb_profile) other = profile(1, PLANT(DOES("walk", 6)));
	struct pb_profile_region *region = other->regions->pdata[0];

	(void)state;
	assert_null(pb_compare_functions(one, other, "unpin"));
	g_free(region->per);
	region->per = g_strdup("call");
	assert_null(pb_compare_functions(one, other, "pin"));
}

/* An event of one side only is no difference. */
static void other_events(void **state)
{
	g_autoptr(pb_profile) one = profile(10, PLANT(DOES("walk", 155, 5, 4)));
	g_autoptr(pb_profile) other = profile_of(parse(sample_profile));
	json_t *found = pb_compare_functions(one, other, "pin"), *missing;

	(void)state;
	assert_non_null(found);
	for (size_t i = 0; i < json_array_size(json_object_get(found, "functions")); i++)
		assert_string_not_equal(json_string_value(function_at(found, i, "name")), "walk");
	missing = json_object_get(found, "events");
	assert_int_equal(json_array_size(missing), 2);
	json_decref(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_instruction),
		cmocka_unit_test(what_was_inlined_is_a_function_of_its_own),
		cmocka_unit_test(what_is_gone),
		cmocka_unit_test(nothing_differs),
		cmocka_unit_test(other_numbers_of_operations),
		cmocka_unit_test(an_event_without_instructions),
		cmocka_unit_test(the_largest_are_named),
		cmocka_unit_test(which_is_which),
		cmocka_unit_test(so_many_are_listed),
		cmocka_unit_test(what_cannot_be_compared),
		cmocka_unit_test(other_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
