/* The exact profile: what is read from its file, and what is wrong in a wrong one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/profile/profile.h"
#include "tests/unit/profile_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

static void what_is_read(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	const struct pb_profile_region *region = pb_profile_find(profile, "pin");
	const struct pb_profile_function *function;
	const struct pb_profile_node *node;
	const struct pb_profile_line *line;

	(void)state;
	assert_string_equal(profile->kernel, "6.12");
	assert_int_equal(profile->repetitions, 3);
	assert_null(profile->model);
	assert_int_equal(profile->event_count, 2);
	assert_int_equal(pb_profile_event(profile, "locked"), 1);
	assert_int_equal(pb_profile_event(profile, "loads"), -1);
	assert_null(pb_profile_find(profile, "unpin"));
	assert_int_equal(region->operations, 10);
	assert_int_equal(region->overhead_insns, 20);
	assert_int_equal(region->overhead[1], 0);
	function = region->functions->pdata[1];
	assert_string_equal(function->name, "he lp;<&\"é");
	assert_int_equal(function->inclusive[0], 33);
	node = region->nodes->pdata[3];
	assert_int_equal(node->function, 1);
	assert_int_equal(node->parent, 2);
	assert_int_equal(node->self[1], 1);
	line = region->lines->pdata[0];
	assert_string_equal(line->symbol, "walk.isra.0");
	assert_int_equal(line->offset, 4);
	assert_string_equal(line->text, "lock incl (%rax)");
}

/* Takes @root, which is wrong; both words must be in the message. */
static void refused(json_t *root, const char *key, const char *what)
{
	struct pb_profile *profile = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_profile_read(root, "x.json", &profile, &error) != -EINVAL)
		fail_msg("%s%s: was taken", key, what);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"x.json: ", key, what, NULL});
	assert_null(profile);
	json_decref(root);
}

static void every_key_is_needed(void **state)
{
	static const char *const keys[] = {
		"schema",
		"id",
		"kernel",
		"release",
		"repetitions",
		"model",
		"events",
		"regions",
		"regions.0.metric",
		"regions.0.per",
		"regions.0.operations",
		"regions.0.calls",
		"regions.0.insns",
		"regions.0.overhead_insns",
		"regions.0.overhead",
		"regions.0.functions",
		"regions.0.nodes",
		"regions.0.lines",
		"regions.0.functions.0.name",
		"regions.0.functions.0.file",
		"regions.0.functions.1.where",
		"regions.0.functions.4.calls",
		"regions.0.functions.0.self",
		"regions.0.functions.0.inclusive",
		"regions.0.nodes.1.function",
		"regions.0.nodes.1.parent",
		"regions.0.nodes.8.calls",
		"regions.0.nodes.0.self",
		"regions.0.lines.0.function",
		"regions.0.lines.0.symbol",
		"regions.0.lines.0.offset",
		"regions.0.lines.0.count",
		"regions.0.lines.0.bytes",
		"regions.0.lines.0.text",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		const char *dot = strrchr(keys[i], '.');
		g_autofree char *key = g_strconcat(dot ? dot + 1 : keys[i], ": ", NULL);
		json_t *gone = parse(sample_profile), *wrong = parse(sample_profile);

		sample_set(gone, keys[i], NULL);
		refused(gone, key, "");
		sample_set(wrong, keys[i], json_true());
		refused(wrong, key, "expected ");
	}
}

static void damage(void **state)
{
	static const struct {
		const char *path, *value, *words;
	} all[] = {
		{"schema", "'pinbench-profile/2'", "\"pinbench-profile/2\""},
		{"events", "[]", "events: the first must be \"insns\""},
		{"events", "['locked','insns']", "the first must be \"insns\""},
		{"events", "['insns',7]", "name 1 is no text"},
		{"events", "['insns']", "has 2 numbers, and there are 1 events"},
		{"repetitions", "-3", "repetitions: must not be negative"},
		{"repetitions", "4294967296", "repetitions: is more than"},
		{"regions.0", "[]", "regions[0]: expected an object"},
		{"regions.0.insns", "219", "functions: sum to 220 instructions"},
		{"regions.0.insns", "2.5", "insns: expected a whole number"},
		{"regions.0.operations", "-1", "operations: must not be negative"},
		{"regions.0.overhead", "[20]", "overhead: has 1 numbers, and there are 2 events"},
		{"regions.0.overhead", "[20,-1]", "overhead: number 1 is no whole number"},
		{"regions.0.overhead", "[20,0.5]", "overhead: number 1 is no whole number"},
		{"regions.0.functions.2", "null", "functions[2]: expected an object"},
		{"regions.0.functions.2.name", "''", "functions[2].name: is empty"},
		{"regions.0.functions.0.self.0", "'7'", "functions[0].self: number 0"},
		{"regions.0.functions.0.self.0", "154", "functions: sum to 219 instructions"},
		{"regions.0.functions.0.inclusive", "[1,2,3]",
		 "functions[0].inclusive: has 3 numbers"},
		{"regions.0.nodes.4", "7", "nodes[4]: expected an object"},
		{"regions.0.nodes.4.self.0", "6", "nodes: sum to 221 instructions"},
		{"regions.0.nodes.4.function", "5",
		 "nodes[4].function: is 5, and there are 5 functions"},
		{"regions.0.nodes.4.function", "-1", "nodes[4].function: must not be negative"},
		{"regions.0.nodes.4.function", "4294967296", "nodes[4].function: is 4294967296"},
		{"regions.0.nodes.4.parent", "4", "nodes[4].parent: is 4; expected -1"},
		{"regions.0.nodes.4.parent", "5", "nodes[4].parent: is 5; expected -1"},
		{"regions.0.nodes.4.parent", "-2", "nodes[4].parent: is -2; expected -1"},
		{"regions.0.nodes.4.parent", "-4294967297", "is -4294967297; expected -1"},
		{"regions.0.nodes.4.parent", "1.0", "nodes[4].parent: expected a whole number"},
		{"regions.0.lines.0.function", "5", "lines[0].function: is 5"},
		{"regions.0.lines.0.offset", "-4", "lines[0].offset: must not be negative"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		json_t *root = parse(sample_profile);

		sample_set(root, all[i].path, parse(all[i].value));
		refused(root, all[i].words, "");
	}
	refused(parse("[1]"), "the file: ", "expected an object");
}

/* Sums of figures each of which is none too large. */
static void sums_that_do_not_fit(void **state)
{
	json_t *root = parse(sample_profile);

	(void)state;
	for (int i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("regions.0.functions.%d.self.1", i);

		sample_set(root, path, json_integer(INT64_MAX));
	}
	refused(root, "functions[2].self: ", "sums to more than 64 bits");
}

static void a_chain_without_end(void **state)
{
	json_t *root = parse(sample_profile), *nodes = sample_at(root, "regions.0.nodes");

	(void)state;
	for (int i = 9; i < 5000; i++)
		json_array_append_new(nodes, json_pack("{s:i,s:i,s:i,s:[i,i]}", "function", 0,
						       "parent", i - 1, "calls", 1, "self", 0, 0));
	refused(root, "nodes[4103].parent: ", "the end of more than 4096 calls");
}

static void files(void **state)
{
	static const char *const broken[] = {"", "{", "{\"schema\":1,\"schema\":2}", "\xff"};
	g_autofree char *text = g_strdelimit(g_strdup(sample_profile), "'", '"');
	g_autofree char *missing = scratch_path(state, "profile.json"), *path = NULL;
	g_autoptr(pb_profile) profile = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_profile_load(*state, &profile, &error), -ENOENT);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){missing, "no such file", NULL});
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		g_autofree char *file = scratch_write(state, "profile.json", broken[i]);
		g_autoptr(GError) why = NULL;

		assert_int_equal(pb_profile_load(*state, &profile, &why), -EINVAL);
		scratch_check_error(why, PB_EXIT_USAGE, (const char *[]){file, "line ", NULL});
	}
	path = scratch_write(state, "profile.json", text);
	assert_int_equal(pb_profile_load(*state, &profile, NULL), 0);
	assert_int_equal(region_of(profile)->nodes->len, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(every_key_is_needed),
		cmocka_unit_test(damage),
		cmocka_unit_test(sums_that_do_not_fit),
		cmocka_unit_test(a_chain_without_end),
		IN_SCRATCH(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
