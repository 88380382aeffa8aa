/*
 * Plans: which cases of a profile the globs leave, in which order, each once. With an
 * agent made up for the purpose, and with the real one for the profiles that are shipped.
 * Arguments: the agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "lab/run/plan.h"
#include "reports/error.h"
#include "scratch.h"

static const char *real_agent;

/*
 * Two spellings of the case "fam/one[mode=a,size=1]" are completed to it, one benchmark
 * has no parameters, and what contains "wrong" is refused, as the agent would.
 */
static const char agent_script[] =
	"case \"$1\" in\n"
	"list) cat <<'END'\n"
	"[{\"name\":\"fam/one\",\"hazard\":false,\"params\":["
	"{\"name\":\"mode\",\"default\":\"a\",\"allowed\":[\"a\",\"b\"]},"
	"{\"name\":\"size\",\"default\":\"1\",\"allowed\":[\"1\",\"2\"]}]},\n"
	"{\"name\":\"fam/bare\",\"hazard\":false,\"params\":[]},\n"
	"{\"name\":\"fam/spare\",\"hazard\":false,\"params\":[]},\n"
	"{\"name\":\"fam/fault\",\"hazard\":true,\"params\":[]}]\n"
	"END\n"
	";;\n"
	"ids) shift; for id; do case \"$id\" in\n"
	"*wrong*) echo \"case '$id': no such thing\" >&2; exit 2;;\n"
	"fam/one|'fam/one[mode=a]'|'fam/one[size=1]') echo 'fam/one[mode=a,size=1]';;\n"
	"'fam/one[mode=b]') echo 'fam/one[mode=b,size=1]';;\n"
	"*) echo \"$id\";;\n"
	"esac; done;;\n"
	"esac\n";

static const char profile_text[] = "[profile]\nrepetitions=3\n"
				   "[fam/one]\nmode=b;a\n"
				   "[fam/bare]\n"
				   "[fam/one both]\nsize=1;2\n";

static struct pb_catalog *fake_catalog(void **state)
{
	g_autofree char *agent = scratch_program(state, "agent", agent_script);
	g_autofree char *profile = scratch_write(state, "profiles/test.ini", profile_text);
	struct pb_catalog *catalog = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_catalog_load(agent, &catalog, &error))
		fail_msg("%s", error->message);
	return catalog;
}

/* Both lists with a space between their members. */
static void plan_is(void **state, const char *globs, const char *wanted)
{
	g_autoptr(pb_catalog) catalog = fake_catalog(state);
	g_auto(GStrv) list = globs ? g_strsplit(globs, " ", -1) : NULL;
	g_autoptr(pb_plan) plan = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *got = NULL;

	if (pb_plan_make(catalog, *state, "test", (const char *const *)list, &plan, &error))
		fail_msg("%s: %s", globs, error->message);
	got = g_strjoinv(" ", plan->ids);
	assert_string_equal(got, wanted);
	assert_string_equal(plan->profile, "test");
	assert_int_equal(plan->repetitions, 3);
}

static void is_refused(void **state, const char *glob, int err, const char *const *words)
{
	g_autoptr(pb_catalog) catalog = fake_catalog(state);
	const char *const globs[] = {"fam/bare", glob, NULL};
	g_autoptr(GError) error = NULL;
	struct pb_plan *plan = NULL;

	assert_int_equal(pb_plan_make(catalog, *state, "test", globs, &plan, &error), -err);
	assert_null(plan);
	scratch_check_error(error, PB_EXIT_USAGE, words);
}

#define ALL "fam/one[mode=b,size=1] fam/one[mode=a,size=1] fam/bare fam/one[size=2]"

/* The last section's size=1 is the case that mode=a already was. */
static void the_whole_profile_each_case_once(void **state)
{
	plan_is(state, NULL, ALL);
	plan_is(state, "", ALL);
	plan_is(state, "*", ALL);
	plan_is(state, "fam/*", ALL);
}

static void globs_choose_of_the_profile(void **state)
{
	plan_is(state, "fam/one", "fam/one[mode=b,size=1] fam/one[mode=a,size=1] fam/one[size=2]");
	plan_is(state, "*bare", "fam/bare");
	/* The order is that of the globs, and within one that of the profile. */
	plan_is(state, "fam/bare fam/on?",
		"fam/bare fam/one[mode=b,size=1] fam/one[mode=a,size=1] fam/one[size=2]");
	plan_is(state, "fam/bare *",
		"fam/bare fam/one[mode=b,size=1] fam/one[mode=a,size=1] "
		"fam/one[size=2]");
}

static void what_the_profile_leaves_out_has_its_defaults(void **state)
{
	plan_is(state, "fam/spare", "fam/spare");
	plan_is(state, "fam/spare fam/bare", "fam/spare fam/bare");
	/* A glob that the profile answers does not reach beyond it. */
	plan_is(state, "fam/*are", "fam/bare");
}

static void a_case_named_in_full(void **state)
{
	plan_is(state, "fam/one[mode=b]", "fam/one[mode=b,size=1]");
	plan_is(state, "fam/one[mode=a,size=2]", "fam/one[mode=a,size=2]");
	/* Alone or expanded, spelt short or long, it is one case at its first place. */
	plan_is(state, "fam/one[mode=a] fam/one[size=1] fam/one[mode=a,size=1] fam/bare",
		"fam/one[mode=a,size=1] fam/bare");
	plan_is(state, "fam/one[mode=a] fam/one",
		"fam/one[mode=a,size=1] fam/one[mode=b,size=1] fam/one[size=2]");
}

static void what_breaks_the_machine_is_named_in_full(void **state)
{
	plan_is(state, "fam/fault", "fam/fault");
	plan_is(state, "fam/fault[kind=oops]", "fam/fault[kind=oops]");
	is_refused(state, "fam/faul?", ENOENT, (const char *[]){"'fam/faul?'", NULL});
	is_refused(state, "*fault", ENOENT, (const char *[]){"'*fault'", NULL});
}

static void what_nobody_knows_is_an_error(void **state)
{
	is_refused(state, "fam/three", ENOENT, (const char *[]){"'fam/three'", "list", NULL});
	is_refused(state, "", ENOENT, (const char *[]){"''", NULL});
	is_refused(state, "fam/one[wrong=1]", EINVAL,
		   (const char *[]){"case 'fam/one[wrong=1]': no such thing", "list", NULL});
}

/* A wrong profile is found out before anything is chosen of it. */
static void errors_of_the_profile_come_through(void **state)
{
	g_autoptr(pb_catalog) catalog = fake_catalog(state);
	g_autofree char *path =
		scratch_write(state, "wrong.ini", "[profile]\nrepetitions=1\n[fam/one]\nmode=q\n");
	g_autoptr(GError) error = NULL, missing = NULL;
	struct pb_plan *plan = NULL;

	assert_int_equal(pb_plan_make(catalog, *state, path, NULL, &plan, &error), -EINVAL);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"wrong.ini", "mode=q", NULL});
	assert_int_equal(pb_plan_make(catalog, *state, "absent", NULL, &plan, &missing), -ENOENT);
	scratch_check_error(missing, PB_EXIT_USAGE, (const char *[]){"'absent'", "test", NULL});
	assert_null(plan);
}

static void the_catalog_is_what_the_agent_lists(void **state)
{
	g_autoptr(pb_catalog) catalog = fake_catalog(state);
	const json_t *one = pb_catalog_find(catalog, "fam/spare");

	assert_int_equal(json_array_size(catalog->list), 4);
	assert_string_equal(json_string_value(json_object_get(one, "name")), "fam/spare");
	assert_null(pb_catalog_find(catalog, "fam/spar"));
	assert_null(pb_catalog_find(catalog, "fam/*"));
}

static void an_agent_that_does_not_list(void **state)
{
	static const char *const bodies[] = {"echo '{}'\n", "echo no\n", "exit 0\n",
					     "echo '[]'; exit 3\n", "kill -9 $$\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_autofree char *agent = scratch_program(state, "bad-agent", bodies[i]);
		struct pb_catalog *catalog = NULL;
		g_autoptr(GError) error = NULL;

		assert_true(pb_catalog_load(agent, &catalog, &error) < 0);
		assert_null(catalog);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT,
				    (const char *[]){"bad-agent", NULL});
	}
}

static void parts_of_an_id(void **state)
{
	g_autofree char *whole = pb_case_benchmark("gup/pin[a=1,b=x]");
	g_autofree char *bare = pb_case_benchmark("null/empty");
	json_t *two = pb_case_params("gup/pin[a=1,b=x]"), *none = pb_case_params("null/empty");

	(void)state;
	assert_string_equal(whole, "gup/pin");
	assert_string_equal(bare, "null/empty");
	assert_int_equal(json_object_size(two), 2);
	assert_string_equal(json_string_value(json_object_get(two, "a")), "1");
	assert_string_equal(json_string_value(json_object_get(two, "b")), "x");
	assert_int_equal(json_object_size(none), 0);
	json_decref(two);
	json_decref(none);
}

/* Complete, so that asking for it again changes nothing; and each one only once. */
static void check_ids(const struct pb_catalog *catalog, const struct pb_plan *plan)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) again = NULL;

	assert_int_equal(pb_catalog_complete(catalog, (const char *const *)plan->ids, &again, NULL),
			 0);
	assert_int_equal(g_strv_length(again), g_strv_length(plan->ids));
	for (char **id = plan->ids; *id; id++) {
		g_autofree char *name = pb_case_benchmark(*id);
		const json_t *entry = pb_catalog_find(catalog, name);
		json_t *params = pb_case_params(*id);

		assert_true(g_hash_table_add(seen, *id));
		assert_string_equal(again[id - plan->ids], *id);
		assert_non_null(entry);
		assert_false(json_is_true(json_object_get(entry, "hazard")));
		assert_int_equal(json_object_size(params),
				 json_array_size(json_object_get(entry, "params")));
		json_decref(params);
	}
}

static bool has_benchmark(const struct pb_plan *plan, const char *name)
{
	for (char **id = plan->ids; *id; id++) {
		g_autofree char *benchmark = pb_case_benchmark(*id);

		if (!strcmp(benchmark, name))
			return true;
	}
	return false;
}

static struct pb_plan *shipped_plan(const struct pb_catalog *catalog, const char *profile)
{
	struct pb_plan *plan = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_plan_make(catalog, PINBENCH_SOURCE_DIR "/configs", profile, NULL, &plan, &error))
		fail_msg("%s: %s", profile, error->message);
	check_ids(catalog, plan);
	return plan;
}

static void the_shipped_profiles(void **state)
{
	g_autoptr(GDir) dir = g_dir_open(PINBENCH_SOURCE_DIR "/configs/profiles", 0, NULL);
	g_autoptr(pb_catalog) catalog = NULL;
	const char *name;
	guint count = 0;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(pb_catalog_load(real_agent, &catalog, NULL), 0);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *profile = g_strndup(name, strcspn(name, "."));
		g_autoptr(pb_plan) plan = shipped_plan(catalog, profile);

		assert_true(plan->repetitions >= 1);
		assert_true(g_strv_length(plan->ids) >= 4);
		count++;
	}
	assert_true(count >= 3);
}

/* full.ini says that it has every benchmark; one that is added later must not be forgotten. */
static void the_full_profile_leaves_nothing_out(void **state)
{
	g_autoptr(pb_catalog) catalog = NULL;
	g_autoptr(pb_plan) plan = NULL;
	json_t *one;
	size_t i;

	(void)state;
	assert_int_equal(pb_catalog_load(real_agent, &catalog, NULL), 0);
	plan = shipped_plan(catalog, "full");
	json_array_foreach (catalog->list, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		bool hazard = json_is_true(json_object_get(one, "hazard"));

		if (has_benchmark(plan, name) == hazard)
			fail_msg("%s in the full profile: %d", name, !hazard);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_whole_profile_each_case_once),
		IN_SCRATCH(globs_choose_of_the_profile),
		IN_SCRATCH(what_the_profile_leaves_out_has_its_defaults),
		IN_SCRATCH(a_case_named_in_full),
		IN_SCRATCH(what_breaks_the_machine_is_named_in_full),
		IN_SCRATCH(what_nobody_knows_is_an_error),
		IN_SCRATCH(errors_of_the_profile_come_through),
		IN_SCRATCH(the_catalog_is_what_the_agent_lists),
		IN_SCRATCH(an_agent_that_does_not_list),
		cmocka_unit_test(parts_of_an_id),
		cmocka_unit_test(the_shipped_profiles),
		cmocka_unit_test(the_full_profile_leaves_nothing_out),
	};

	if (argc != 2)
		return 2;
	real_agent = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
