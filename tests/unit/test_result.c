/* Reading and writing result.json: nothing is lost, and nothing wrong gets in. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "reports/error.h"
#include "sample.h"

static int make_dir(void **state)
{
	*state = g_dir_make_tmp("pinbench-test-XXXXXX", NULL);
	return *state ? 0 : -1;
}

static int drop_dir(void **state)
{
	sample_remove_dir(*state);
	g_free(*state);
	return 0;
}

static void write_text(const char *dir, const char *text)
{
	g_autofree char *path = g_build_filename(dir, PB_RESULT_FILE, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Loads what stands in @dir; the message must hold each of @wanted, and the code be a wrong input.
 */
static void expect_refusal(const char *dir, const char *const *wanted)
{
	g_autoptr(GError) error = NULL;
	struct pb_result *result = NULL;
	int ret = pb_result_load(dir, &result, &error);

	assert_true(ret < 0);
	assert_null(result);
	assert_non_null(error);
	assert_int_equal(error->domain, PB_ERROR);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	for (size_t i = 0; wanted[i]; i++)
		if (!strstr(error->message, wanted[i]))
			fail_msg("\"%s\" is not in: %s", wanted[i], error->message);
}

static void a_result_is_read_whole(void **state)
{
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	const struct pb_case *item;

	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_result_load(*state, &result, NULL), 0);
	assert_int_equal(result->case_count, 6);
	assert_string_equal(result->environment.kernel.release, "6.12.117");
	assert_string_equal(result->environment.kernel.options[0].name, "CONFIG_HZ");
	assert_true(result->environment.counted);
	assert_null(result->environment.machine.description);
	assert_true(result->environment.clock.overhead == 18);
	assert_string_equal(pb_result_benchmark(result, "gup/pin")->path, "pin_user_pages()");
	assert_null(pb_result_benchmark(result, "gup/other"));
	item = &result->cases[1];
	assert_string_equal(item->params[0].name, "backing");
	assert_string_equal(pb_case_param(item, "batch"), "512");
	assert_null(pb_case_param(item, "nothing"));
	assert_int_equal(item->metrics[0].boots[0].count, 2);
	assert_true(item->metrics[0].boots[0].values[1] == 64.125);
	assert_true(item->metrics[0].primary && !item->metrics[1].primary);
	assert_string_equal(item->counters[0].per, "region");
	assert_int_equal(item->fact_count, 5);
	assert_int_equal(result->cases[3].outcome, PB_CASE_SKIP);
	assert_string_equal(result->cases[5].reason, "it broke");
	assert_int_equal(result->failures[0].tail_count, 2);
}

static void saving_what_was_loaded_changes_no_byte(void **state)
{
	g_autofree char *path = g_build_filename(*state, PB_RESULT_FILE, NULL);
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autoptr(pb_result) result = NULL;
	json_t *root = sample_root();

	json_object_set_new(root, "something_new", json_real(0.1));
	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	json_decref(root);
	assert_true(g_file_get_contents(path, &first, NULL, NULL));
	assert_int_equal(pb_result_load(path, &result, NULL), 0);
	assert_int_equal(pb_result_save(result->root, *state, NULL), 0);
	assert_true(g_file_get_contents(path, &second, NULL, NULL));
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "\"something_new\": 0.1\n"));
}

/* One change each to the good sample, and what the message must then name. */
static const struct {
	const char *path;
	const char *value; /* JSON; NULL removes the member */
	const char *wanted[3];
} wrongs[] = {
	{"schema", NULL, {"schema", "missing"}},
	{"schema", "\"pinbench-result/2\"", {"pinbench-result/2", "pinbench-result/1"}},
	{"tool", NULL, {"tool"}},
	{"run.command", NULL, {"run.command"}},
	{"run.interrupted", "1", {"run.interrupted", "true or false"}},
	{"environment.evidence", "\"guessed\"", {"environment.evidence", "guessed"}},
	{"environment.boots", "-1", {"environment.boots", "negative"}},
	{"environment.boots", "1.5", {"environment.boots", "whole number"}},
	{"environment.kernel", "[]", {"environment.kernel", "an object", "an array"}},
	{"environment.kernel.release", NULL, {"environment.kernel.release", "missing"}},
	{"environment.kernel.options.CONFIG_HZ", "100", {"options.CONFIG_HZ", "a string"}},
	{"environment.machine.name", "null", {"environment.machine.name", "null"}},
	{"environment.clock.overhead.unit", NULL, {"environment.clock.overhead.unit"}},
	{"benchmarks.gup/pin.inside", NULL, {"benchmarks[\"gup/pin\"].inside"}},
	{"cases", "{}", {"cases", "an array"}},
	{"cases.1", "3", {"cases[1]", "an object"}},
	{"cases.1.id", NULL, {"cases[1].id"}},
	{"cases.1.outcome", "\"good\"", {"cases[1].outcome", "gup/pin[backing=anon,batch=512]"}},
	{"cases.3.reason", NULL, {"cases[3].reason", "gup/pin[backing=pfnmap,batch=1]"}},
	{"cases.1.params.batch", "512", {"cases[1].params.batch", "a whole number"}},
	{"cases.1.metrics.0.unit", NULL, {"cases[1].metrics[0].unit", "batch=512]"}},
	{"cases.1.metrics.0.better", "\"more\"", {"metrics[0].better", "more"}},
	{"cases.1.metrics.0.median", "\"64\"", {"metrics[0].median", "a number"}},
	{"cases.1.metrics.0.boots", "[[1,null]]", {"metrics[0].boots[0]", "sample 1"}},
	{"cases.1.metrics.0.boots", "[1]", {"metrics[0].boots[0]", "samples"}},
	{"cases.1.counters.nr_foll_pin_acquired", "4", {"counters[\"nr_foll_pin_acquired\"]"}},
	{"cases.1.profile", "7", {"cases[1].profile", "a string"}},
	{"cases.1.profile", "\"/etc\"", {"cases[1].profile", "inside the result", "/etc"}},
	{"cases.1.profile", "\"\"", {"cases[1].profile", "inside the result"}},
	{"cases.1.profile", "\"profile/../../x\"", {"cases[1].profile", "inside", "batch=512]"}},
	{"cases.1.profile", "\"..\"", {"cases[1].profile", "inside the result"}},
	{"cases.1.profile_error", "null", {"cases[1].profile_error", "a string"}},
	{"environment.counters", "[]", {"environment.counters", "an object"}},
	{"environment.counters", "{}", {"environment.counters.kinds", "missing"}},
	{"environment.counters", "{\"kinds\":[1]}", {"environment.counters.kinds", "kind 0"}},
	{"environment.counters",
	 "{\"kinds\":[],\"model\":1}",
	 {"environment.counters.model", "a string"}},
	{"cases.1.facts.pages", "[]", {"cases[1].facts", "pages"}},
	{"failures", NULL, {"failures"}},
	{"failures.0.tail", "[1]", {"failures[0].tail", "line 0"}},
};

static void what_is_missing_or_wrong_is_named(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		json_t *root = sample_root();
		const char *value = wrongs[i].value;
		const char *wanted[] = {PB_RESULT_FILE, wrongs[i].wanted[0], wrongs[i].wanted[1],
					wrongs[i].wanted[2], NULL};

		sample_set(root, wrongs[i].path,
			   value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL);
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		expect_refusal(*state, wanted);
	}
}

static void what_was_counted_of_the_processor(void **state)
{
	g_autoptr(pb_result) result = NULL;
	json_t *root = sample_root();

	sample_set(root, "environment.counters",
		   json_pack("{s:[s,s], s:n}", "kinds", "exact", "profile", "model"));
	sample_set(root, "cases.1.profile", json_string("profile/a..b/..."));
	sample_set(root, "cases.2.profile_error", json_string("why"));
	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_result_load(*state, &result, NULL), 0);
	assert_int_equal(result->environment.counters.kind_count, 2);
	assert_string_equal(result->environment.counters.kinds[1], "profile");
	assert_null(result->environment.counters.model);
	assert_null(result->cases[0].profile);
	assert_string_equal(result->cases[1].profile, "profile/a..b/...");
	assert_string_equal(result->cases[2].profile_error, "why");
}

static void optional_keys_may_be_absent(void **state)
{
	static const char *const optional[] = {"environment.emulator", "environment.clock",
					       "failures.0.case", "failures.0.console",
					       "failures.0.tail"};
	g_autoptr(pb_result) result = NULL;
	json_t *root = sample_root();

	for (size_t i = 0; i < G_N_ELEMENTS(optional); i++)
		sample_set(root, optional[i], NULL);
	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_result_load(*state, &result, NULL), 0);
	assert_null(result->environment.clock.source);
	assert_null(result->failures[0].case_id);
}

/* Cut at every 7th byte: always an error with the file and a place in it, never a crash. */
static void a_truncated_file_is_refused(void **state)
{
	static const char *const wanted[] = {PB_RESULT_FILE, "line", "damaged", NULL};
	g_autofree char *text = g_strdelimit(g_strdup(sample_text), "'", '"');

	for (size_t length = strlen(text) - 1; length > 7; length -= 7) {
		text[length] = '\0';
		write_text(*state, text);
		expect_refusal(*state, wanted);
	}
}

static void other_files_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *wanted[2];
	} files[] = {
		{"", {"damaged"}},
		{"[]", {"expected an object"}},
		{"{\"schema\":\"a\",\"schema\":\"b\"}", {"duplicate"}},
		{"\xff\xfe", {"damaged"}},
		{"{}", {"schema"}},
	};
	static const char *const missing[] = {"no such file", "run", NULL};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		const char *wanted[] = {PB_RESULT_FILE, files[i].wanted[0], NULL};

		write_text(*state, files[i].text);
		expect_refusal(*state, wanted);
	}
	expect_refusal("/nonexistent/result.json", missing);
}

static void five_thousand_cases_and_none(void **state)
{
	json_t *root = sample_root();
	json_t *cases = json_object_get(root, "cases");
	g_autoptr(pb_result) many = NULL;
	g_autoptr(pb_result) none = NULL;

	while (json_array_size(cases) < 5000)
		json_array_append_new(cases, json_deep_copy(json_array_get(cases, 1)));
	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	assert_int_equal(pb_result_load(*state, &many, NULL), 0);
	assert_int_equal(many->case_count, 5000);
	json_array_clear(cases);
	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	assert_int_equal(pb_result_load(*state, &none, NULL), 0);
	assert_int_equal(none->case_count, 0);
	json_decref(root);
}

static double number_at(const json_t *metric, const char *key)
{
	return json_number_value(json_object_get(metric, key));
}

static void the_boot_is_the_replicate(void **state)
{
	json_t *metric = json_pack("{s:[[i,i,i],[i],[i]]}", "boots", 100, 1, 100, 10, 20);

	(void)state;
	/* Medians 100, 10, 20. Pooled, the many samples of the first boot would win. */
	assert_int_equal(pb_metric_summarise(metric), 0);
	assert_true(number_at(metric, "median") == 20);
	assert_true(number_at(metric, "min") == 1);
	assert_true(number_at(metric, "max") == 100);
	json_decref(metric);
}

static void no_summary_without_samples(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"boots\":[]}",
		"{\"boots\":[[]]}",
		"{\"boots\":[[1],[]]}",
		"{\"boots\":[[1,\"2\"]]}",
		"{\"boots\":[1]}",
		"{\"boots\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		json_t *metric = json_loads(texts[i], 0, NULL);
		size_t before = json_object_size(metric);

		assert_int_equal(pb_metric_summarise(metric), -EINVAL);
		assert_int_equal(json_object_size(metric), before);
		json_decref(metric);
	}
}

static void a_directory_that_is_not_there(void **state)
{
	g_autoptr(GError) error = NULL;
	json_t *root = sample_root();

	(void)state;
	assert_int_equal(pb_result_save(root, "/nonexistent/dir", &error), -ENOENT);
	assert_int_equal(error->code, PB_EXIT_ENVIRONMENT);
	assert_non_null(strstr(error->message, "/nonexistent/dir/result.json"));
	json_decref(root);
}

/* In a child, because a mount namespace cannot be left. Exit: 0 good, 1 wrong, 77 not possible. */
static int save_to_full_disk(const char *dir)
{
	g_autoptr(GError) error = NULL;
	json_t *root = sample_root();
	int ret;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=4k"))
		return 77;
	ret = pb_result_save(root, dir, &error);
	json_decref(root);
	return ret == -ENOSPC && error->code == PB_EXIT_ENVIRONMENT &&
			       strstr(error->message, dir) && strstr(error->message, "space")
		       ? 0
		       : 1;
}

static void a_full_disk_is_an_error(void **state)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(save_to_full_disk(*state));
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(a_result_is_read_whole),
		IN_DIR(saving_what_was_loaded_changes_no_byte),
		IN_DIR(what_is_missing_or_wrong_is_named),
		IN_DIR(what_was_counted_of_the_processor),
		IN_DIR(optional_keys_may_be_absent),
		IN_DIR(a_truncated_file_is_refused),
		IN_DIR(other_files_are_refused),
		IN_DIR(five_thousand_cases_and_none),
		cmocka_unit_test(the_boot_is_the_replicate),
		cmocka_unit_test(no_summary_without_samples),
		cmocka_unit_test(a_directory_that_is_not_there),
		IN_DIR(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
