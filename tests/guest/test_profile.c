/*
 * Counters and profiles, end to end: looking changes no figure, all counts add up to it, a second
 * run gives the same bytes, and what is known of a case beforehand is what was seen.
 */
#include <math.h>
#include <string.h>
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define BASE	   "6.12"
#define FAST_PATCH BASE "+" PINBENCH_SOURCE_DIR "/configs/patches/planted-gup-fast.patch"
#define LOOPS	   10000
#define DELAY	   "null/delay[loops=10000]"
#define IOCTL	   "null/ioctl"
/* Results have ten digits. */
#define EXACT 1e-6

/* With page faults, copies, tasks that wait, clears by string instructions, calls from a program.
 */
static const char *const cases[] = {
	"null/empty",
	IOCTL,
	DELAY,
	"gup/pin_fast[backing=anon,page=4k,batch=1,write=1,longterm=0,size=2m]",
	"gup/pin_fast[backing=unfaulted,page=4k,batch=16,write=1,longterm=0,size=2m]",
	"gup/pin[backing=forked,page=4k,batch=512,write=1,longterm=0,size=2m]",
	/* Longer than a tick: interrupts, and other tasks in between. */
	"gup/pin_fast[backing=forked,page=4k,batch=whole,write=1,longterm=0,size=64m]",
	"gup/reference[backing=anon,page=4k,batch=512,size=16m]",
};

/* The same cases, looked at in each way. */
enum {
	PLAIN,
	EXACTLY,
	PROFILED,
	AGAIN,
	MODELLED,
	RUNS
};
static const char *const counters[RUNS] = {NULL, "--counters=exact", "--counters=profile",
					   "--counters=profile", "--counters=model"};
static char *directories[RUNS];
static json_t *results[RUNS];

static int measure_all(void **state)
{
	for (int i = 0; i < RUNS; i++) {
		g_autoptr(GPtrArray) arguments = g_ptr_array_new();
		struct running running;
		struct outcome o;

		directories[i] = scratch("profile");
		g_ptr_array_add(arguments, (char *)"run");
		g_ptr_array_add(arguments, (char *)"--quiet");
		g_ptr_array_add(arguments, (char *)"--out");
		g_ptr_array_add(arguments, directories[i]);
		for (size_t k = 0; k < G_N_ELEMENTS(cases); k++)
			g_ptr_array_add(arguments, (char *)cases[k]);
		g_ptr_array_add(arguments, (char *)counters[i]);
		g_ptr_array_add(arguments, NULL);
		running = pinbench_start(NULL, (const char *const *)arguments->pdata);
		o = pinbench_wait(&running);
		assert_status(&o, PB_EXIT_OK);
		outcome_clear(&o);
		results[i] = load_result(directories[i]);
	}
	return 0;
}

static int forget_all(void **state)
{
	for (int i = 0; i < RUNS; i++) {
		json_decref(results[i]);
		forget(directories[i]);
	}
	return 0;
}

static const json_t *case_of(int run, size_t number)
{
	const json_t *one = find_case(results[run], cases[number]);

	assert_non_null(one);
	assert_string_equal(text_at(one, "outcome"), "ok");
	return one;
}

/* profile.json of a case; free with json_decref. */
static json_t *load_profile(int run, size_t number)
{
	const char *folder = text_at(case_of(run, number), "profile");
	g_autofree char *path = g_build_filename(directories[run], folder, "profile.json", NULL);
	json_t *profile = json_load_file(path, 0, NULL);

	assert_non_null(profile);
	return profile;
}

static double number_at(const json_t *object, const char *key)
{
	assert_true(json_is_number(json_object_get(object, key)));
	return json_number_value(json_object_get(object, key));
}

static json_int_t count_at(const json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static json_int_t self_of(const json_t *object)
{
	return json_integer_value(json_array_get(json_object_get(object, "self"), 0));
}

/* The function @name of a region; NULL if there is none. */
static const json_t *find_function(const json_t *region, const char *name)
{
	json_t *function;
	size_t i;

	json_array_foreach (json_object_get(region, "functions"), i, function) {
		if (!strcmp(text_at(function, "name"), name))
			return function;
	}
	return NULL;
}

static void test_looking_changes_no_figure(void **state)
{
	for (int run = PLAIN + 1; run < RUNS; run++) {
		assert_int_equal(json_array_size(json_object_get(results[run], "cases")),
				 G_N_ELEMENTS(cases));
		for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
			const json_t *metrics = json_object_get(case_of(PLAIN, i), "metrics");

			assert_true(json_array_size(metrics) > 0);
			if (!json_equal(metrics, json_object_get(case_of(run, i), "metrics")))
				fail_msg("%s: another figure with %s", cases[i], counters[run]);
		}
	}
}

/* Every member of @some is in @all. */
static void assert_within(const char *id, json_t *some, const json_t *all)
{
	const char *key;
	json_t *value;

	assert_true(json_object_size(some) >= 14);
	json_object_foreach (some, key, value) {
		const json_t *other = json_object_get(all, key);

		if (!other || !json_equal(value, other))
			fail_msg("%s: %s is %.10g and %.10g", id, key, number_at(value, "value"),
				 other ? number_at(other, "value") : NAN);
	}
}

/* By sums and by functions: two ways of counting. The model is beside it. */
static void test_two_ways_count_the_same(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *exact = json_object_get(case_of(EXACTLY, i), "counters");
		json_t *profiled = json_object_get(case_of(PROFILED, i), "counters");
		json_t *modelled = json_object_get(case_of(MODELLED, i), "counters");

		assert_within(cases[i], exact, profiled);
		assert_within(cases[i], profiled, exact);
		assert_within(cases[i], exact, modelled);
		assert_true(json_object_size(modelled) > json_object_size(exact));
	}
}

static double mean_of(const json_t *metric)
{
	const json_t *samples = json_array_get(json_object_get(metric, "boots"), 0);
	double sum = 0;
	json_t *sample;
	size_t i;

	json_array_foreach (samples, i, sample)
		sum += json_number_value(sample);
	assert_true(i > 0);
	return sum / (double)i;
}

/* A ratio has two regions, and is none. */
static void check_figure(const json_t *one, const json_t *region)
{
	json_t *metric;
	size_t i;

	json_array_foreach (json_object_get(one, "metrics"), i, metric) {
		double net = number_at(region, "insns") - number_at(region, "overhead_insns");

		if (strcmp(text_at(metric, "name"), text_at(region, "metric")) ||
		    !strcmp(text_at(metric, "unit"), "ratio"))
			continue;
		net /= number_at(region, "operations");
		if (fabs(net - mean_of(metric)) > EXACT)
			fail_msg("%s %s: %.10g, and the figure is %.10g", text_at(one, "id"),
				 text_at(metric, "name"), net, mean_of(metric));
	}
}

static void check_sums(const json_t *region)
{
	const json_t *functions = json_object_get(region, "functions");
	json_int_t insns = count_at(region, "insns"), nodes = 0, self = 0;
	g_autofree json_int_t *of_lines = g_new0(json_int_t, json_array_size(functions));
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(region, "nodes"), i, one)
		nodes += self_of(one);
	json_array_foreach (json_object_get(region, "lines"), i, one) {
		assert_in_range(count_at(one, "function"), 0, json_array_size(functions) - 1);
		of_lines[count_at(one, "function")] += count_at(one, "count");
	}
	json_array_foreach (functions, i, one) {
		self += self_of(one);
		if (strcmp(text_at(one, "name"), "[waiting]"))
			assert_int_equal(of_lines[i], self_of(one));
	}
	assert_true(insns > 0);
	assert_int_equal(nodes, insns);
	assert_int_equal(self, insns);
}

static void test_counts_add_up_to_the_figure(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *profile = load_profile(PROFILED, i), *region;
		size_t k;

		json_array_foreach (json_object_get(profile, "regions"), k, region) {
			check_sums(region);
			check_figure(case_of(PROFILED, i), region);
		}
		assert_true(k > 0);
		json_decref(profile);
	}
}

/* Every file of a profile's folder; returns how many. */
static int same_files(const char *folder)
{
	g_autofree char *one = g_build_filename(directories[PROFILED], folder, NULL);
	g_autofree char *other = g_build_filename(directories[AGAIN], folder, NULL);
	g_autoptr(GDir) entries = g_dir_open(one, 0, NULL);
	const char *name;
	int count = 0;

	assert_non_null(entries);
	for (; (name = g_dir_read_name(entries)); count++) {
		g_autofree char *a = g_build_filename(one, name, NULL), *x = NULL;
		g_autofree char *b = g_build_filename(other, name, NULL), *y = NULL;
		gsize x_bytes, y_bytes;

		assert_true(g_file_get_contents(a, &x, &x_bytes, NULL));
		assert_true(g_file_get_contents(b, &y, &y_bytes, NULL));
		assert_true(x_bytes > 0);
		if (x_bytes != y_bytes || memcmp(x, y, x_bytes))
			fail_msg("%s/%s is another in a second run", folder, name);
	}
	return count;
}

static void test_a_second_run_is_the_same(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *folder = text_at(case_of(PROFILED, i), "profile");
		json_t *profile = load_profile(PROFILED, i);
		size_t regions = json_array_size(json_object_get(profile, "regions"));

		assert_string_equal(folder, text_at(case_of(AGAIN, i), "profile"));
		/* The profile, and of each region two texts and a picture. */
		assert_int_equal(same_files(folder), 1 + 3 * regions);
		json_decref(profile);
	}
}

static size_t number_of(const char *id)
{
	size_t i = 0;

	while (strcmp(cases[i], id))
		i++;
	return i;
}

/* The loop; what sets the result to nothing; the return. */
static void test_known_instructions_are_seen(void **state)
{
	json_t *profile = load_profile(PROFILED, number_of(DELAY));
	const json_t *region = json_array_get(json_object_get(profile, "regions"), 0);
	const json_t *function = find_function(region, "null_delay");
	json_int_t calls = count_at(region, "calls");

	assert_non_null(function);
	assert_string_equal(text_at(function, "where"), "module");
	assert_int_equal(count_at(function, "calls"), calls);
	assert_int_equal(self_of(function), calls * (2 * LOOPS + 2));
	json_decref(profile);
}

/* The node of a function, the first in the tree; the test fails if there is none. */
static const json_t *node_of(const json_t *region, const char *name)
{
	const json_t *functions = json_object_get(region, "functions");
	json_t *node;
	size_t i;

	json_array_foreach (json_object_get(region, "nodes"), i, node) {
		const json_t *function =
			json_array_get(functions, (size_t)count_at(node, "function"));

		if (!strcmp(text_at(function, "name"), name))
			return node;
	}
	fail_msg("%s is not in the tree", name);
	return NULL;
}

static void test_from_a_program_into_the_kernel(void **state)
{
	size_t number = number_of(IOCTL);
	json_t *profile = load_profile(PROFILED, number);
	const json_t *region = json_array_get(json_object_get(profile, "regions"), 0);
	const json_t *entry = node_of(region, "entry_SYSCALL_64");
	const json_t *parent, *caller;
	const json_t *user = json_object_get(json_object_get(case_of(PROFILED, number), "counters"),
					     "ioctl.user_insns");

	assert_true(number_at(user, "value") > 0);
	assert_true(count_at(entry, "parent") >= 0);
	parent =
		json_array_get(json_object_get(region, "nodes"), (size_t)count_at(entry, "parent"));
	caller = json_array_get(json_object_get(region, "functions"),
				(size_t)count_at(parent, "function"));
	assert_string_equal(text_at(caller, "where"), "user");
	assert_non_null(strstr(text_at(caller, "name"), "ioctl"));
	assert_int_equal(count_at(entry, "calls"), count_at(region, "calls"));
	assert_string_equal(text_at(find_function(region, "pinbench_ioctl"), "where"), "module");
	json_decref(profile);
}

static void refused(struct outcome o, const char *because)
{
	assert_status(&o, PB_EXIT_USAGE);
	assert_says(o.err, because);
	outcome_clear(&o);
}

static void test_wrong_input(void **state)
{
	refused(pinbench("run", "null/empty", "--counters=exact,wrong", NULL), "'wrong'");
	refused(pinbench("run", "null/empty", "--counters=", NULL), "--counters ''");
	refused(pinbench("run", "null/empty", "--counters=exact", "--evidence=timed", NULL),
		"--evidence timed");
	refused(pinbench("annotate", DELAY, "nowhere", NULL), "null_delay");
	refused(pinbench("annotate", DELAY, NULL), "a case and a function");
}

/* The one line of @text that has @what in it. */
static char *line_with(const char *text, const char *what)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char *found = NULL;

	for (char **line = lines; *line; line++) {
		if (!strstr(*line, what))
			continue;
		if (found)
			fail_msg("'%s' is in two lines of:\n%s", what, text);
		found = g_strdup(g_strstrip(*line));
	}
	if (!found)
		fail_msg("'%s' is not in:\n%s", what, text);
	return found;
}

static void test_annotated_instructions(void **state)
{
	struct outcome o = pinbench("annotate", "--quiet", DELAY, "null_delay", NULL);
	g_autofree char *turn = line_with(o.out, "dec ");
	g_autofree char *end = line_with(o.out, "ret");
	g_autofree char *planted = NULL;

	assert_status(&o, PB_EXIT_OK);
	assert_true(g_str_has_prefix(turn, "10000.0000 "));
	assert_true(g_str_has_prefix(end, "1.0000 "));
	outcome_clear(&o);
	o = pinbench("annotate", "--quiet", "--kernel", FAST_PATCH, cases[3], "gup_fast_fallback",
		     NULL);
	assert_status(&o, PB_EXIT_OK);
	planted = line_with(o.out, "lock inc");
	assert_true(g_str_has_prefix(planted, "1.0000 "));
	outcome_clear(&o);
}

/* What is lost with its guest is lost as ever, and what was done is there. */
static void test_a_guest_that_is_lost(void **state)
{
	static const char lost[] = "null/fault[kind=panic]";
	char *out = scratch("lost");
	struct outcome o = pinbench("run", "--quiet", "--counters=exact,profile", "--out", out,
				    "null/empty", lost, NULL);
	json_t *result = load_result(out);
	const json_t *failures = json_object_get(result, "failures");

	assert_status(&o, PB_EXIT_ENVIRONMENT);
	assert_says(o.err, lost);
	assert_int_equal(json_array_size(failures), 1);
	assert_string_equal(text_at(json_array_get(failures, 0), "kind"), "panic");
	assert_string_equal(text_at(find_case(result, lost), "outcome"), "fail");
	assert_string_equal(text_at(find_case(result, "null/empty"), "outcome"), "ok");
	assert_true(strlen(text_at(find_case(result, "null/empty"), "profile")) > 0);
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looking_changes_no_figure),
		cmocka_unit_test(test_two_ways_count_the_same),
		cmocka_unit_test(test_counts_add_up_to_the_figure),
		cmocka_unit_test(test_a_second_run_is_the_same),
		cmocka_unit_test(test_known_instructions_are_seen),
		cmocka_unit_test(test_from_a_program_into_the_kernel),
		cmocka_unit_test(test_wrong_input),
		cmocka_unit_test(test_annotated_instructions),
		cmocka_unit_test(test_a_guest_that_is_lost),
	};

	return cmocka_run_group_tests(tests, measure_all, forget_all);
}
