/* Native results of boots: how they are collected, what is refused, and how they are compared. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/error.h"
#include "reports/native/boots.h"
#include "reports/render/compare/text.h"
#include "reports/render/markdown.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define CASES  3 /* that have figures, each with one primary metric */
#define ROUNDS 5
#define BOOTS  6
/* Standard deviations of the ln, of boots and of rounds inside one. */
#define BETWEEN 0.01
#define WITHIN	0.005

static void set_text(json_t *root, const char *path, const char *text)
{
	sample_set(root, path, json_string(text));
}

/* What a run leaves in boot @number; its figures are those of the sample, in one round. */
static json_t *boot_document(int number, double drift_percent)
{
	json_t *root = sample_root();
	g_autofree char *boot_id = g_strdup_printf("boot-%d", number);
	g_autofree char *start = g_strdup_printf("2026-11-2%dT12:00:00.000Z", number % 10);
	g_autofree char *next = g_strdup_printf("2026-11-2%dT12:00:05.000Z", number % 10);
	g_autofree char *command = g_strdup_printf("./run.sh run, the %dth time", number);

	set_text(root, "environment.kind", PB_KIND_NATIVE);
	set_text(root, "environment.evidence", PB_EVIDENCE_TIMED);
	set_text(root, "environment.replicate", PB_REPLICATE_ROUND);
	set_text(root, "environment.boot_id", boot_id);
	set_text(root, "environment.kernel.build_id", "abcd");
	set_text(root, "environment.machine.description", "a machine");
	set_text(root, "run.command", command);
	sample_set(root, "environment.boot_starts", json_pack("[s, s]", start, next));
	sample_set(root, "environment.place",
		   json_pack("{s:[i, i], s:n}", "cpus", 0, 1, "numa_node"));
	sample_set(root, "environment.module", json_pack("{s:s}", "state", "loaded"));
	sample_set(root, "environment.floor",
		   json_pack("{s:[{s:s, s:s, s:[f], s:[f]}], s:f}", "cases", "id", "null/user",
			     "metric", "call", "before", 27.0, "after", 27.0, "drift_percent",
			     drift_percent));
	sample_set(root, "failures", json_array());
	return root;
}

/* The samples of the first metric of case @which: a list a round. Takes @rounds. */
static void set_rounds(json_t *root, int which, json_t *rounds)
{
	g_autofree char *path = g_strdup_printf("cases.%d.metrics.0", which);
	json_t *metric = sample_at(root, path);

	sample_set(root, "environment.boots", json_integer((json_int_t)json_array_size(rounds)));
	json_object_set_new(metric, "boots", rounds);
	assert_int_equal(pb_metric_summarise(metric), 0);
}

static struct pb_result *load(void **state, json_t *root)
{
	static int number;
	g_autofree char *name = g_strdup_printf("result-%d", number++);

	return sample_load(state, name, root);
}

/* @next as one more boot of @boots, read back. Frees @boots and @next. */
static struct pb_result *add(void **state, struct pb_result *boots, struct pb_result *next)
{
	g_autoptr(GError) error = NULL;
	json_t *root = NULL, *before = json_deep_copy(boots->root);

	if (pb_boots_add(boots, next, &root, &error))
		fail_msg("%s", error->message);
	/* What was there is as it was, should the new one not come to be written. */
	assert_true(json_equal(before, boots->root));
	json_decref(before);
	pb_result_free(boots);
	pb_result_free(next);
	return load(state, root);
}

static void check_json(const struct pb_result *result, const char *path, const char *expected)
{
	g_autofree char *text = g_strdelimit(g_strdup(expected), "'", '"');
	json_t *wanted = json_loads(text, JSON_DECODE_ANY, NULL);
	json_t *found = sample_at(result->root, path);

	assert_non_null(wanted);
	if (!json_equal(wanted, found)) {
		g_autofree char *words = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;

		fail_msg("%s is %s, not %s", path, words ? words : "absent", text);
	}
	json_decref(wanted);
}

static void two_boots_and_one_more(void **state)
{
	json_t *first = boot_document(1, 0.5), *second = boot_document(2, -3), *third;
	g_autoptr(pb_result) all = NULL;

	set_rounds(first, 0, json_pack("[[f,f,f],[f]]", 90.0, 100.0, 130.0, 104.0));
	set_rounds(second, 0, json_pack("[[f],[f],[f,f]]", 110.0, 120.0, 100.0, 140.0));
	all = add(state, load(state, first), load(state, second));
	assert_false(all->environment.rounds);
	assert_int_equal(all->environment.boots, 2);
	check_json(all, "cases.0.metrics.0.boots", "[[100.0,104.0],[110.0,120.0,120.0]]");
	third = boot_document(3, 1);
	set_rounds(third, 0, json_pack("[[f]]", 50.0));
	all = add(state, g_steal_pointer(&all), load(state, third));
	assert_int_equal(all->environment.boots, 3);
	assert_null(all->environment.boot_id);
	check_json(all, "cases.0.metrics.0.boots", "[[100.0,104.0],[110.0,120.0,120.0],[50.0]]");
	/* Of the boots' medians 102, 120 and 50. */
	check_json(all, "cases.0.metrics.0.median", "102.0");
	check_json(all, "cases.0.metrics.0.min", "50.0");
	check_json(all, "cases.0.metrics.0.max", "120.0");
	check_json(all, "environment.boot_ids", "['boot-1','boot-2','boot-3']");
	check_json(all, "environment.boot_starts",
		   "['2026-11-21T12:00:00.000Z','2026-11-22T12:00:00.000Z',"
		   "'2026-11-23T12:00:00.000Z']");
	check_json(all, "environment.floor", "{'drift_percent':-3.0}");
	assert_int_equal(json_array_size(sample_at(all->root, "environment.floors")), 3);
	check_json(all, "environment.floors.1.drift_percent", "-3.0");
	check_json(all, "run.wall_seconds", "64.5");
	check_json(all, "run.command", "'./run.sh run, the 3th time'");
}

static void the_first_that_is_not_ok_speaks(void **state)
{
	json_t *second = boot_document(2, 0), *third = boot_document(3, 0);
	g_autoptr(pb_result) all = NULL;

	sample_set(second, "cases.1.metrics", json_array());
	set_text(second, "cases.1.outcome", PB_OUTCOME_FAIL);
	set_text(second, "cases.1.reason", "broke in the second");
	sample_set(second, "cases.2.facts.pages", json_integer(7));
	sample_set(third, "cases.1.metrics", json_array());
	set_text(third, "cases.1.outcome", PB_OUTCOME_SKIP);
	set_text(third, "cases.1.reason", "not in the third");
	all = add(state, load(state, boot_document(1, 0)), load(state, second));
	all = add(state, g_steal_pointer(&all), load(state, third));
	assert_int_equal(all->cases[1].outcome, PB_CASE_FAIL);
	assert_string_equal(all->cases[1].reason, "broke in the second");
	assert_int_equal(all->cases[0].outcome, PB_CASE_OK);
	assert_int_equal(all->cases[0].metrics[0].boot_count, 3);
	/* As it was in the first boot. */
	check_json(all, "cases.2.facts.pages", "4096");
}

static void an_unknown_drift_stays_unknown(void **state)
{
	json_t *second = boot_document(2, 0);
	g_autoptr(pb_result) all = NULL;

	sample_set(second, "environment.floor", NULL);
	all = add(state, load(state, boot_document(1, 2)), load(state, second));
	all = add(state, g_steal_pointer(&all), load(state, boot_document(3, 2)));
	check_json(all, "environment.floor.drift_percent", "null");
	check_json(all, "environment.floors.1", "null");
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *path;  /* of the second boot */
		const char *value; /* JSON; NULL: the member is removed */
		const char *words[4];
	} wrong[] = {
		{"environment.boot_id", "'boot-1'", {"reboot first", "without --append"}},
		{"environment.boot_id", NULL, {"boot_id must be readable"}},
		{"environment.kernel.release", "'6.13'", {"another kernel", "6.12.117", "6.13"}},
		{"environment.kernel.build_id", "'ef'", {"the build id is abcd there and ef here"}},
		{"environment.kernel.config_sha256", "'0'", {"the configuration"}},
		{"environment.cpu", "'min'", {"another machine", "the processor is max there"}},
		{"environment.memory", "'500 MiB'", {"the memory is 512 MiB there"}},
		{"environment.machine.description", "'another'", {"its description is a machine"}},
		{"environment.place.cpus", "[1]", {"other CPUs", "--cpus", "[0,1]"}},
		{"environment.place.numa_node", "0", {"memory of another node", "--numa"}},
		{"environment.module.state", "'absent'", {"was loaded then", "not loaded now"}},
		{"tool.commit", "'def456'", {"another pinbench", "abc123", "def456"}},
		{"run.profile", "'full'", {"profile quick", "of full", "--profile"}},
		{"run.interrupted", "true", {"interrupted", "measure it again"}},
		{"cases.1.id", "'gup/pin[odd=1]'", {"cases are others", "batch=512", "odd=1"}},
		{"cases", "[]", {"cases are others", "no more"}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(pb_result) first = load(state, boot_document(1, 0)), second = NULL;
		json_t *root = boot_document(2, 0), *added = NULL, *value = NULL;
		g_autoptr(GError) error = NULL;

		if (wrong[i].value) {
			g_autofree char *text = g_strdelimit(g_strdup(wrong[i].value), "'", '"');

			value = json_loads(text, JSON_DECODE_ANY, NULL);
			assert_non_null(value);
		}
		sample_set(root, wrong[i].path, value);
		second = load(state, root);
		assert_int_equal(pb_boots_add(first, second, &added, &error), -EINVAL);
		assert_null(added);
		scratch_check_error(error, PB_EXIT_USAGE, wrong[i].words);
	}
}

static void what_cannot_be_added_to(void **state)
{
	static const char *const guest[] = {"kind guest and evidence counted", NULL};
	static const char *const torn[] = {"that run was interrupted", NULL};
	static const char *const again[] = {"measured in this boot already (boot-2)", NULL};
	g_autoptr(pb_result) next = load(state, boot_document(2, 0)), all = NULL;
	g_autoptr(pb_result) of_guest = load(state, sample_root()), interrupted = NULL;
	g_autoptr(GError) one = NULL, two = NULL, three = NULL;
	json_t *root = boot_document(1, 0), *added = NULL;

	assert_int_equal(pb_boots_add(of_guest, next, &added, &one), -EINVAL);
	scratch_check_error(one, PB_EXIT_USAGE, guest);
	sample_set(root, "run.interrupted", json_true());
	interrupted = load(state, root);
	assert_int_equal(pb_boots_add(interrupted, next, &added, &two), -EINVAL);
	scratch_check_error(two, PB_EXIT_USAGE, torn);
	/* Any of the boots that are in it, not the first alone. */
	all = add(state, load(state, boot_document(1, 0)), load(state, boot_document(2, 0)));
	assert_int_equal(pb_boots_add(all, next, &added, &three), -EINVAL);
	scratch_check_error(three, PB_EXIT_USAGE, again);
	assert_null(added);
}

/* Memory that the kernel counts anew in each boot is no other machine. */
static void a_little_less_memory_is_the_same_machine(void **state)
{
	json_t *second = boot_document(2, 0);
	g_autoptr(pb_result) all = NULL;

	set_text(second, "environment.memory", "511 MiB");
	all = add(state, load(state, boot_document(1, 0)), load(state, second));
	assert_int_equal(all->environment.boots, 2);
}

static void draw(json_t *root, GRand *rand, double factor)
{
	for (int which = 0; which < CASES; which++) {
		double boot = RANDOM_LEVEL * factor * exp(BETWEEN * random_normal(rand));
		json_t *rounds = json_array();

		for (int round = 0; round < ROUNDS; round++)
			json_array_append_new(
				rounds, json_pack("[f]", boot * exp(WITHIN * random_normal(rand))));
		set_rounds(root, which, rounds);
	}
}

/* @count boots of what costs @factor times as much, numbered from @number. */
static struct pb_result *boots_of(void **state, GRand *rand, int number, int count, double factor)
{
	struct pb_result *all = NULL;

	for (int i = 0; i < count; i++) {
		json_t *root = boot_document(number + i, 0.5);
		struct pb_result *one;

		draw(root, rand, factor);
		one = load(state, root);
		all = all ? add(state, all, one) : one;
	}
	return all;
}

/* compare.json of so many boots of each. Free with json_decref. */
static json_t *compare(void **state, guint32 seed, int before, int after, double factor)
{
	GRand *rand = g_rand_new_with_seed(seed);
	g_autoptr(pb_result) baseline = boots_of(state, rand, 1, before, 1);
	g_autoptr(pb_result) patched = boots_of(state, rand, 1 + before, after, factor);
	const struct pb_compare_inputs inputs = {
		.baseline = baseline,
		.patched = patched,
		.rules = pb_compare_default_rules(false),
	};
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	if (pb_compare_results(&inputs, &root, &error))
		fail_msg("%s", error->message);
	g_rand_free(rand);
	return root;
}

static const char *text_at(json_t *root, const char *path)
{
	const char *text = json_string_value(sample_at(root, path));

	assert_non_null(text);
	return text;
}

static void a_tenth_more_is_found(void **state)
{
	json_t *root = compare(state, 1, BOOTS, BOOTS, 1.1);

	assert_string_equal(text_at(root, "verdict"), "regression");
	assert_string_equal(text_at(root, "validity.replicate"), "boot");
	for (int row = 0; row < CASES; row++) {
		g_autofree char *verdict = g_strdup_printf("cases.%d.verdict", 2 * row);
		g_autofree char *floor = g_strdup_printf("cases.%d.floor_percent", 2 * row);
		double percent = json_number_value(sample_at(root, floor));

		assert_string_equal(text_at(root, verdict), "regression");
		/* What boots differ by, and not what a round does; and half a percent of drift. */
		assert_true(percent > 1.5 && percent < 10);
	}
	assert_int_equal(json_integer_value(sample_at(root, "cases.0.pairs")), BOOTS);
	assert_true(fabs(json_number_value(sample_at(root, "cases.0.delta_percent")) - 10) < 2);
	assert_true(json_is_false(sample_at(root, "validity.paired")));
	json_decref(root);
	root = compare(state, 1, BOOTS, BOOTS, 1 / 1.1);
	assert_string_equal(text_at(root, "verdict"), "improvement");
	json_decref(root);
}

static void equal_kernels_do_not_differ(void **state)
{
	for (guint32 seed = 1; seed <= 20; seed++) {
		json_t *root = compare(state, seed, BOOTS, BOOTS, 1);

		assert_string_not_equal(text_at(root, "verdict"), "regression");
		assert_string_not_equal(text_at(root, "verdict"), "improvement");
		json_decref(root);
	}
}

/* Not even of half more: what boots of one kernel differ by is not known yet. */
static void few_boots_show_nothing(void **state)
{
	static const struct {
		int before, after;
		const char *replicate;
	} sides[] = {{3, 3, "boot"}, {6, 3, "boot"}, {1, 1, "one boot"}, {1, 6, "one boot"}};

	for (size_t i = 0; i < G_N_ELEMENTS(sides); i++) {
		json_t *root = compare(state, 1, sides[i].before, sides[i].after, 1.5);

		assert_string_equal(text_at(root, "validity.replicate"), sides[i].replicate);
		assert_string_equal(text_at(root, "verdict"), "inconclusive");
		assert_true(json_is_null(sample_at(root, "cases.0.floor_percent")));
		assert_true(json_integer_value(sample_at(root, "cases.0.more_boots")) >= 3);
		json_decref(root);
	}
}

/* As a reader sees it. */
static char *report(void **state, json_t *root)
{
	g_autoptr(pb_comparison) comparison = NULL;
	g_autoptr(GError) error = NULL;

	json_object_set_new(root, "schema", json_string(PB_COMPARE_SCHEMA));
	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	if (pb_comparison_load(*state, &comparison, &error))
		fail_msg("%s", error->message);
	assert_string_equal(comparison->rows[0].replicate, "boot");
	return pb_render_comparison_text(comparison, 79);
}

static void the_words(void **state)
{
	static const struct {
		int before, after;
		const char *words[4];
	} cases[] = {
		{6, 6, {"replicate is\n          the boot;", "boots were not run in turn"}},
		{6, 3, {"fewer than four, which a floor takes", "more boots would"}},
		{1, 1, {"one boot of a side", "more boots would"}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *root = compare(state, 3, cases[i].before, cases[i].after, 1.02);
		g_autofree char *text = report(state, root);
		g_auto(GStrv) words = g_strsplit(text, "\n", -1);
		g_autofree char *line = g_strjoinv(" ", words);

		for (size_t w = 0; cases[i].words[w]; w++)
			if (!strstr(text, cases[i].words[w]) && !strstr(line, cases[i].words[w]))
				fail_msg("\"%s\" is not in: %s", cases[i].words[w], text);
	}
}

static void a_report_of_boots(void **state)
{
	static const char *const words[] = {
		"**Boots**: 2",
		"-3.0% at most, of 1 figures",
		"again after it, in each boot",
		"A difference smaller than the spread between boots or than",
		"The boot is the replicate: in each, every case",
	};
	g_autoptr(pb_result) all =
		add(state, load(state, boot_document(1, 1)), load(state, boot_document(2, -3)));
	g_autofree char *path = scratch_path(state, "report.md"), *text = NULL;

	assert_int_equal(pb_render_markdown(all, *state, NULL), 0);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (!strstr(text, words[i]))
			fail_msg("\"%s\" is not in: %s", words[i], text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(two_boots_and_one_more),
		IN_SCRATCH(the_first_that_is_not_ok_speaks),
		IN_SCRATCH(an_unknown_drift_stays_unknown),
		IN_SCRATCH(what_is_refused),
		IN_SCRATCH(what_cannot_be_added_to),
		IN_SCRATCH(a_little_less_memory_is_the_same_machine),
		IN_SCRATCH(a_tenth_more_is_found),
		IN_SCRATCH(equal_kernels_do_not_differ),
		IN_SCRATCH(few_boots_show_nothing),
		IN_SCRATCH(the_words),
		IN_SCRATCH(a_report_of_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
