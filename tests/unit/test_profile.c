/* Profiles: which cases a file of sections stands for, and what is wrong in a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "lab/run/profile.h"
#include "reports/error.h"
#include "scratch.h"

/* Single quotes stand for double ones. Parameters overlap, but not all of them. */
static const char catalog_text[] = "[{'name':'fam/one','hazard':false,'params':["
				   "{'name':'mode','default':'a','allowed':['a','b','c']},"
				   "{'name':'size','default':'1','allowed':['1','2']}]},"
				   "{'name':'fam/two','hazard':false,'params':["
				   "{'name':'mode','default':'z','allowed':['a','z']}]},"
				   "{'name':'fam/bare','hazard':false,'params':[]},"
				   "{'name':'other/one','hazard':false,'params':["
				   "{'name':'size','default':'1','allowed':['1','2','4']}]},"
				   "{'name':'fam/fault','hazard':true,'params':["
				   "{'name':'kind','default':'panic','allowed':['panic','oops']}]},"
				   "{'name':'fam/timed','hazard':false,'timed_only':true,'params':["
				   "{'name':'size','default':'1','allowed':['1','2']}]}]";

static struct pb_catalog catalog;

static int load_catalog(void **state)
{
	g_autofree char *text = g_strdelimit(g_strdup(catalog_text), "'", '"');

	(void)state;
	catalog.list = json_loads(text, 0, NULL);
	return catalog.list ? 0 : -1;
}

static int drop_catalog(void **state)
{
	(void)state;
	json_decref(catalog.list);
	return 0;
}

static int expand(void **state, const char *text, GPtrArray **ret_cases, GError **ret_error)
{
	g_autofree char *path = scratch_write(state, "profiles/test.ini", text);
	int repetitions = -1;
	int err = pb_profile_expand(&catalog, *state, "test", &repetitions, ret_cases, ret_error);

	if (!err)
		assert_int_equal(repetitions, 3);
	return err;
}

#define HEAD "[profile]\nrepetitions=3\n"

/* @wanted: the cases in their order, with a space between. */
static void expands_to(void **state, const char *sections, const char *wanted)
{
	g_autofree char *text = g_strconcat(HEAD, sections, NULL);
	g_autoptr(GPtrArray) cases = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *got = NULL;

	if (expand(state, text, &cases, &error))
		fail_msg("%s: %s", sections, error->message);
	g_ptr_array_add(cases, NULL);
	got = g_strjoinv(" ", (char **)cases->pdata);
	assert_string_equal(got, wanted);
}

static void is_refused(void **state, const char *text, const char *const *words)
{
	g_autoptr(GPtrArray) cases = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(expand(state, text, &cases, &error), -EINVAL);
	assert_null(cases);
	scratch_check_error(error, PB_EXIT_USAGE, words);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"test.ini", NULL});
}

static void a_section_is_a_glob(void **state)
{
	expands_to(state, "[fam/one]\n", "fam/one");
	expands_to(state, "[fam/*]\n", "fam/one fam/two fam/bare");
	expands_to(state, "[*/one]\n", "fam/one other/one");
	expands_to(state, "[fam/t?o]\n", "fam/two");
	expands_to(state, "[*]\n", "fam/one fam/two fam/bare other/one");
}

/* A file cannot have two sections of one name; what follows a space tells them apart. */
static void a_label_is_no_part_of_the_glob(void **state)
{
	expands_to(state, "[fam/one small]\nsize=1\n[fam/one large ones]\nsize=2\n",
		   "fam/one[size=1] fam/one[size=2]");
}

static void every_combination_is_a_case(void **state)
{
	expands_to(state, "[fam/one]\nmode=c;a\nsize=1;2\n",
		   "fam/one[mode=c,size=1] fam/one[mode=c,size=2] fam/one[mode=a,size=1] "
		   "fam/one[mode=a,size=2]");
	expands_to(state, "[fam/one]\nsize=2;\nmode=b\n", "fam/one[size=2,mode=b]");
}

static void a_benchmark_takes_what_it_has(void **state)
{
	/* A parameter that it lacks does not concern it. */
	expands_to(state, "[*/one]\nmode=b\n", "fam/one[mode=b] other/one");
	/* A value that it lacks is left out, and with the last one the benchmark. */
	expands_to(state, "[fam/*]\nmode=b;z\n", "fam/one[mode=b] fam/two[mode=z] fam/bare");
	expands_to(state, "[fam/*]\nmode=b;c\n", "fam/one[mode=b] fam/one[mode=c] fam/bare");
	expands_to(state, "[*/one]\nsize=4\nmode=a\n", "other/one[size=4]");
}

static void sections_stand_in_the_order_of_the_file(void **state)
{
	expands_to(state, "[other/one]\n[fam/bare]\n[fam/one]\nmode=b\n[fam/two]\n",
		   "other/one fam/bare fam/one[mode=b] fam/two");
}

static void what_breaks_the_machine_is_named_in_full(void **state)
{
	expands_to(state, "[*]\nmode=a\n", "fam/one[mode=a] fam/two[mode=a] fam/bare other/one");
	expands_to(state, "[fam/fault]\nkind=oops\n", "fam/fault[kind=oops]");
	expands_to(state, "[fam/fault on purpose]\n", "fam/fault");
	is_refused(state, HEAD "[fam/faul?]\n", (const char *[]){"[fam/faul?]", NULL});
	is_refused(state, HEAD "[fam/f*]\n", (const char *[]){"[fam/f*]", NULL});
	/* Nor do its parameters count among those of a glob. */
	is_refused(state, HEAD "[fam/*]\nkind=oops\n", (const char *[]){"'kind'", NULL});
}

static void what_counted_runs_skip_is_named_in_full(void **state)
{
	expands_to(state, "[fam/*]\nsize=2\n", "fam/one[size=2] fam/two fam/bare");
	expands_to(state, "[fam/timed]\nsize=1;2\n", "fam/timed[size=1] fam/timed[size=2]");
	is_refused(state, HEAD "[fam/tim*]\n", (const char *[]){"[fam/tim*]", NULL});
}

static void slips_of_the_pen(void **state)
{
	static const struct {
		const char *sections;
		const char *words[3];
	} wrongs[] = {
		{"[fam/three]\n", {"[fam/three]", "no benchmark"}},
		{"[Fam/one]\n", {"[Fam/one]"}},
		{"[ fam/one]\n", {"[ fam/one]"}},
		{"[fam/one]\nmod=a\n", {"[fam/one]", "parameter", "'mod'"}},
		{"[fam/bare]\nmode=a\n", {"[fam/bare]", "'mode'"}},
		{"[fam/one]\nmode=d\n", {"[fam/one]", "mode=d"}},
		{"[fam/one]\nmode=a;d\n", {"[fam/one]", "mode=d"}},
		{"[fam/one]\nmode=a,b\n", {"[fam/one]", "mode=a,b"}},
		{"[fam/one]\nmode=A\n", {"mode=A"}},
		{"[fam/*]\nmode=a;q;z\n", {"[fam/*]", "mode=q"}},
		{"[fam/one with a label]\nsize=3\n", {"[fam/one with a label]", "size=3"}},
		/* The last of many sections counts as much as the first. */
		{"[fam/one]\n[fam/two]\n[other/one]\nsize=9\n", {"[other/one]", "size=9"}},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		g_autofree char *text = g_strconcat(HEAD, wrongs[i].sections, NULL);

		is_refused(state, text,
			   (const char *[]){wrongs[i].words[0], wrongs[i].words[1],
					    wrongs[i].words[2], NULL});
	}
}

static void repetitions_must_be_a_number(void **state)
{
	static const char *const heads[] = {
		"",
		"[profile]\n",
		"[profile]\nrepetitions=\n",
		"[profile]\nrepetitions=0\n",
		"[profile]\nrepetitions=-3\n",
		"[profile]\nrepetitions=many\n",
		"[profile]\nrepetitions=3x\n",
		"[profile]\nRepetitions=3\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
		g_autofree char *text = g_strconcat(heads[i], "[fam/one]\n", NULL);

		is_refused(state, text, (const char *[]){"[profile]", "repetitions", NULL});
	}
}

static void nothing_to_measure(void **state)
{
	is_refused(state, HEAD, (const char *[]){"no case", NULL});
	is_refused(state, HEAD "[fam/t*]\nmode=c\n", (const char *[]){"mode=c", NULL});
}

static void a_file_that_is_no_ini(void **state)
{
	static const char *const texts[] = {
		"",	     "repetitions=3\n",	    HEAD "[fam/one\n", HEAD "[fam/one]\nmode\n",
		HEAD "[]\n", HEAD "\x01\x02\xff\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		is_refused(state, texts[i], NULL);
}

static void a_profile_that_is_not_there(void **state)
{
	static const char *const names[] = {"slow", "", "./test", "profiles/test", "nowhere.ini"};
	g_autofree char *test = scratch_write(state, "profiles/test.ini", HEAD "[*]\n");
	g_autofree char *other = scratch_write(state, "profiles/other.ini", HEAD "[*]\n");
	g_autofree char *note = scratch_write(state, "profiles/note.txt", "");
	int repetitions;

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *quoted = g_strdup_printf("'%s'", names[i]);
		g_autoptr(GPtrArray) cases = NULL;
		g_autoptr(GError) error = NULL;

		assert_int_equal(
			pb_profile_expand(&catalog, *state, names[i], &repetitions, &cases, &error),
			-ENOENT);
		scratch_check_error(error, PB_EXIT_USAGE,
				    (const char *[]){quoted, "test", "other", NULL});
		assert_null(strstr(error->message, "note"));
		assert_null(cases);
	}
}

static void a_file_of_ones_own(void **state)
{
	g_autofree char *path =
		scratch_write(state, "elsewhere/mine", "[profile]\nrepetitions=7\n[fam/bare]\n");
	g_autoptr(GPtrArray) cases = NULL;
	g_autoptr(GError) error = NULL;
	int repetitions = 0;

	assert_int_equal(
		pb_profile_expand(&catalog, "/nonexistent", path, &repetitions, &cases, NULL), 0);
	assert_int_equal(repetitions, 7);
	assert_int_equal(cases->len, 1);
	assert_string_equal(cases->pdata[0], "fam/bare");
	/* A directory is a path too. */
	assert_int_equal(
		pb_profile_expand(&catalog, "/nonexistent", *state, &repetitions, NULL, &error),
		-EINVAL);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){*state, NULL});
}

/* No value is not a value of no meaning: the section would silently have no case. */
static void a_key_without_a_value(void **state)
{
	is_refused(state, HEAD "[fam/one]\nmode=\n[fam/bare]\n",
		   (const char *[]){"[fam/one]", "mode", NULL});
	is_refused(state, HEAD "[fam/one]\nbogus=\n[fam/bare]\n",
		   (const char *[]){"[fam/one]", "bogus", NULL});
}

static void a_value_that_cannot_be_read(void **state)
{
	is_refused(state, HEAD "[fam/one]\nmode=a\\q\n", (const char *[]){"[fam/one]", NULL});
	is_refused(state, HEAD "[fam/one]\nmode=\xff\n", (const char *[]){"[fam/one]", NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_section_is_a_glob),
		IN_SCRATCH(a_label_is_no_part_of_the_glob),
		IN_SCRATCH(every_combination_is_a_case),
		IN_SCRATCH(a_benchmark_takes_what_it_has),
		IN_SCRATCH(sections_stand_in_the_order_of_the_file),
		IN_SCRATCH(what_breaks_the_machine_is_named_in_full),
		IN_SCRATCH(what_counted_runs_skip_is_named_in_full),
		IN_SCRATCH(slips_of_the_pen),
		IN_SCRATCH(repetitions_must_be_a_number),
		IN_SCRATCH(nothing_to_measure),
		IN_SCRATCH(a_file_that_is_no_ini),
		IN_SCRATCH(a_profile_that_is_not_there),
		IN_SCRATCH(a_file_of_ones_own),
		IN_SCRATCH(a_key_without_a_value),
		IN_SCRATCH(a_value_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, load_catalog, drop_catalog);
}
