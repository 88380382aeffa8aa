/* The document of a profile: made of what the plugin counted, and taken by its reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab/profile/document.h"
#include "reports/profile/profile.h"
#include "tests/unit/rendered.h"

#define START 0xffffffff81000000ull

/*
 * Region 2: walk() calls step(), which calls walk() again; an interrupt comes in; code that
 * nobody knows. Region 3 stands between, with a node of its own. 155 of region 2 were executed.
 */
static const char text[] = "region 0 calls 2\nregion 2 calls 4\nregion 3 calls 1\n"
			   "node 0 0 -1 0 2 6 0 0 2 0 0 0 0 0 0 0 0 0\n"
			   "node 1 2 -1 0 4 100 0 0 9 0 1 0 0 0 0 0 0 0\n"
			   "node 2 3 -1 1 1 9 0 0 0 0 0 0 0 0 0 0 0 0\n"
			   "node 3 2 1 1 8 30 0 0 0 0 0 0 0 0 0 0 0 0\n"
			   "node 4 2 3 0 3 5 0 0 0 0 2 0 0 0 0 0 0 0\n"
			   "node 5 2 -1 -1 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
			   "node 6 2 5 -3 1 20 0 0 0 0 0 0 0 0 0 0 0 1\n"
			   "insn 2 ffffffff81000004 105 f0ff00\n"
			   "insn 2 ffffffff81000020 30 c3\n"
			   "insn 2 ffffffffc0000000 20 90\n"
			   "insn 3 ffffffff81000021 9 c3\n"
			   "end\n";

static const char guest[] =
	"[{'region':2,'empty':0,'metric':'pin','per':'page','calls':4,'total':170,"
	"'overhead':3.0,'operations':8},"
	"{'region':3,'empty':0,'metric':'unpin','per':'page','calls':1,'total':9,"
	"'overhead':0.0,'operations':3}]";

static void add_function(struct pb_symbols *symbols, const char *name, const char *where)
{
	struct pb_code_function *function = g_new0(struct pb_code_function, 1);

	function->name = g_strdup(name);
	function->file = g_strdup("gup.c");
	function->where = where;
	g_ptr_array_add(symbols->functions, function);
}

static void function_free(gpointer data)
{
	struct pb_code_function *function = data;

	g_free(function->name);
	g_free(function->file);
	g_free(function);
}

static struct pb_symbols *symbols_new(void)
{
	struct pb_symbols *symbols = g_new0(struct pb_symbols, 1);
	const struct pb_code_place places[] = {
		{START, START + 0x20, 0, g_strdup("walk.isra.0"), '-'},
		{START + 0x20, START + 0x40, 1, g_strdup("step"), '-'},
	};

	symbols->functions = g_ptr_array_new_with_free_func(function_free);
	symbols->places = g_array_new(FALSE, FALSE, sizeof(struct pb_code_place));
	add_function(symbols, "walk", PB_WHERE_KERNEL);
	add_function(symbols, "step", PB_WHERE_MODULE);
	g_array_append_vals(symbols->places, places, G_N_ELEMENTS(places));
	return symbols;
}

static json_t *build(void)
{
	g_autoptr(pb_symbols) symbols = symbols_new();
	g_autoptr(pb_record) record = NULL;
	g_autoptr(GArray) regions = NULL;
	json_t *list = parse(guest), *root;

	assert_int_equal(pb_record_read(text, true, false, &record, NULL), 0);
	regions = pb_regions_read(list);
	assert_int_equal(regions->len, 2);
	assert_int_equal(pb_record_check(record, regions, NULL), 0);
	root = pb_profile_build(&(struct pb_profile_inputs){
		.id = "gup/pin[page=4k]",
		.kernel = "6.12",
		.release = "6.12.117",
		.repetitions = 3,
		.record = record,
		.regions = regions,
		.symbols = symbols,
	});
	assert_non_null(root);
	json_decref(list);
	return root;
}

static struct pb_profile *built(void)
{
	g_autoptr(GError) error = NULL;
	struct pb_profile *profile = NULL;
	json_t *root = build();

	if (pb_profile_read(root, "built", &profile, &error))
		fail_msg("%s", error->message);
	json_decref(root);
	return profile;
}

static const struct pb_profile_function *function_of(const struct pb_profile_region *region,
						     const char *name)
{
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		if (!strcmp(function->name, name))
			return function;
	}
	fail_msg("there is no %s", name);
	return NULL;
}

static void its_reader_takes_it(void **state)
{
	g_autoptr(pb_profile) profile = built();
	const struct pb_profile_region *region = pb_profile_find(profile, "pin");

	assert_string_equal(profile->id, "gup/pin[page=4k]");
	assert_string_equal(profile->kernel, "6.12");
	assert_string_equal(profile->release, "6.12.117");
	assert_int_equal(profile->repetitions, 3);
	assert_null(profile->model);
	assert_int_equal(profile->event_count, EVENTS_EXACT);
	assert_int_equal(pb_profile_event(profile, "interrupts"), EVENT_INTERRUPTS);
	assert_int_equal(profile->regions->len, 2);
	assert_string_equal(region->per, "page");
	assert_int_equal(region->operations, 8);
	assert_int_equal(region->calls, 4);
	assert_int_equal(region->insns, 170);
	assert_int_equal(region->overhead_insns, 12);
	/* Two in two empty calls: four in four. */
	assert_int_equal(region->overhead[EVENT_LOADS], 4);
	assert_int_equal(pb_profile_find(profile, "unpin")->overhead_insns, 0);
}

static void sums_of_functions(void **state)
{
	static const struct {
		const char *name, *where;
		guint64 calls, self, inclusive;
	} wanted[] = {
		/* Its second time below itself counts once. */
		{"walk", PB_WHERE_KERNEL, 7, 105, 135}, {"step", PB_WHERE_MODULE, 8, 30, 35},
		{"[unknown code]", "", 1, 20, 20},	{"[waiting]", "", 0, 15, 15},
		{"[interrupts]", "", 1, 0, 20},
	};
	g_autoptr(pb_profile) profile = built();
	const struct pb_profile_region *region = pb_profile_find(profile, "pin");
	guint64 sum = 0;

	assert_int_equal(region->functions->len, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		/* The most of its own first. */
		assert_string_equal(function->name, wanted[i].name);
		assert_string_equal(function->where, wanted[i].where);
		assert_int_equal(function->calls, wanted[i].calls);
		assert_int_equal(function->self[0], wanted[i].self);
		assert_int_equal(function->inclusive[0], wanted[i].inclusive);
		sum += function->self[0];
	}
	assert_int_equal(sum, region->insns);
	assert_int_equal(function_of(region, "walk")->self[EVENT_LOCKED], 3);
	assert_int_equal(function_of(region, "walk")->inclusive[EVENT_LOCKED], 3);
	assert_int_equal(function_of(region, "step")->inclusive[EVENT_LOCKED], 2);
}

/* Indices are the region's own, though nodes of another stand between. */
static void the_tree(void **state)
{
	static const struct {
		const char *name;
		gint parent;
		guint64 self;
	} wanted[] = {{"walk", -1, 100},       {"step", 0, 30},		  {"walk", 1, 5},
		      {"[interrupts]", -1, 0}, {"[unknown code]", 3, 20}, {"[waiting]", -1, 15}};
	g_autoptr(pb_profile) profile = built();
	const struct pb_profile_region *region = pb_profile_find(profile, "pin");

	assert_int_equal(region->nodes->len, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const struct pb_profile_node *node = region->nodes->pdata[i];
		const struct pb_profile_function *function =
			region->functions->pdata[node->function];

		assert_string_equal(function->name, wanted[i].name);
		assert_int_equal(node->parent, wanted[i].parent);
		assert_int_equal(node->self[0], wanted[i].self);
	}
	region = pb_profile_find(profile, "unpin");
	assert_int_equal(region->nodes->len, 1);
	assert_int_equal(region->functions->len, 1);
	assert_int_equal(function_of(region, "step")->self[0], 9);
}

static void lines(void **state)
{
	g_autoptr(pb_profile) profile = built();
	const struct pb_profile_region *region = pb_profile_find(profile, "pin");
	const struct pb_profile_line *line;

	assert_int_equal(region->lines->len, 3);
	line = region->lines->pdata[0];
	assert_string_equal(line->symbol, "walk.isra.0");
	assert_int_equal(line->offset, 4);
	assert_int_equal(line->count, 105);
	assert_string_equal(line->bytes, "f0ff00");
	assert_ptr_equal(region->functions->pdata[line->function], function_of(region, "walk"));
	line = region->lines->pdata[1];
	assert_int_equal(line->offset, 0);
	assert_ptr_equal(region->functions->pdata[line->function], function_of(region, "step"));
	line = region->lines->pdata[2];
	assert_string_equal(line->symbol, "");
	assert_true(line->offset == (0xffffffffc0000000 & G_MAXINT64));
	assert_int_equal(pb_profile_find(profile, "unpin")->lines->len, 1);
}

static void folders(void **state)
{
	static const char *const all[][2] = {
		{"null/empty", "null-empty"},
		{"null/empty[]", "null-empty-"},
		{"null/delay[loops=500]", "null-delay-500"},
		{"gup/pin_fast[backing=anon,page=4k]", "gup-pin_fast-anon-4k"},
		{"a/b[file=../x y]", "a-b-..-x-y"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autofree char *folder = pb_profile_folder(all[i][0]);

		assert_string_equal(folder, all[i][1]);
	}
}

static void files(void **state)
{
	static const char *const names[] = {"profile.json", "pin.folded",   "pin.callgrind",
					    "pin.svg",	    "unpin.folded", "unpin.callgrind",
					    "unpin.svg"};
	json_t *root = build();

	assert_int_equal(pb_profile_write(root, *state, "gup-pin-4k", NULL), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path =
			g_build_filename(*state, PB_PROFILE_DIR, "gup-pin-4k", names[i], NULL);
		g_autofree char *content = NULL;

		assert_true(g_file_get_contents(path, &content, NULL, NULL));
		assert_non_null(strstr(content, "step"));
	}
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_reader_takes_it),
		cmocka_unit_test(sums_of_functions),
		cmocka_unit_test(the_tree),
		cmocka_unit_test(lines),
		cmocka_unit_test(folders),
		IN_SCRATCH(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
