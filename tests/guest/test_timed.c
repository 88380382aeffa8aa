/*
 * Timed evidence in guests, on a machine that is kept busy: two equal kernels are never told
 * apart, and a delay of a known size is seen.
 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define BASE  "6.12"
#define BOOTS "3"

static pid_t burn(void)
{
	pid_t child = fork();

	if (!child) {
		for (volatile unsigned long i = 0;; i++)
			;
	}
	assert_true(child > 0);
	return child;
}

static void check_rows(const json_t *root)
{
	json_t *row;
	size_t i;

	assert_true(json_array_size(json_object_get(root, "cases")) > 3);
	json_array_foreach (json_object_get(root, "cases"), i, row) {
		const char *verdict = text_at(row, "verdict");
		const json_t *ci = json_object_get(row, "ci_percent");

		if (!json_is_true(json_object_get(row, "primary")))
			continue;
		assert_true(!strcmp(verdict, "inconclusive") || !strcmp(verdict, "unchanged"));
		assert_int_equal(json_integer_value(json_object_get(row, "pairs")), atoi(BOOTS));
		assert_true(json_number_value(json_array_get(ci, 0)) <
			    json_number_value(json_array_get(ci, 1)));
		assert_true(json_is_number(json_object_get(row, "floor_percent")));
		assert_true(json_is_integer(json_object_get(row, "more_boots")) ||
			    !strcmp(verdict, "unchanged"));
	}
}

static void check_validity(const json_t *root)
{
	const json_t *validity = json_object_get(root, "validity");
	const json_t *control = json_object_get(validity, "control");

	assert_true(json_is_true(json_object_get(validity, "paired")));
	assert_int_equal(strlen(text_at(validity, "boot_order")), 3 * atoi(BOOTS));
	assert_true(json_is_true(json_object_get(control, "ok")));
	assert_true(json_number_value(json_object_get(control, "seen_percent")) > 100);
}

static void test_equal_kernels_on_a_busy_machine(void **state)
{
	pid_t busy[] = {burn(), burn()};
	char *out = scratch("timed");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *file = g_build_filename(out, "compare.json", NULL);
	struct outcome o = pinbench("compare", BASE, BASE, "--force", "--evidence=timed",
				    "--boots=" BOOTS, "--profile=smoke", to, NULL);
	json_t *root;

	for (size_t i = 0; i < G_N_ELEMENTS(busy); i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	assert_status(&o, PB_EXIT_OK);
	root = json_load_file(file, 0, NULL);
	assert_non_null(root);
	check_rows(root);
	check_validity(root);
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

/* The order of cases is drawn for each boot, and every boot has all of them. */
static void test_a_run(void **state)
{
	char *out = scratch("run");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	struct outcome o = pinbench("run", "--evidence=timed", "--boots=2", "--profile=smoke", to,
				    "--quiet", NULL);
	const json_t *environment, *one;
	json_t *root;
	size_t i;

	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	environment = json_object_get(root, "environment");
	assert_string_equal(text_at(environment, "evidence"), "timed");
	assert_int_equal(json_array_size(json_object_get(environment, "boot_starts")), 2);
	json_array_foreach (json_object_get(root, "cases"), i, one) {
		const json_t *metric = json_array_get(json_object_get(one, "metrics"), 0);

		assert_string_equal(text_at(one, "outcome"), "ok");
		assert_int_equal(json_array_size(json_object_get(metric, "boots")), 2);
		assert_null(strstr(text_at(metric, "unit"), "insn"));
	}
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

static void check_scaling(const json_t *one, unsigned int workers)
{
	double each, total;

	assert_string_equal(text_at(one, "outcome"), "ok");
	each = median_of(one, "each");
	total = median_of(one, "total");
	assert_true(each > 0 && total > 0);
	/* One sample: each is the workers' time by what they did in total. */
	assert_float_equal(each * total / 1000, workers, 1e-6);
	assert_true(fact_of(one, "cpus") == 2);
	assert_true(fact_of(one, "oversubscribed") == (workers > 2));
	assert_true(fact_of(one, "passes_max") >= fact_of(one, "passes_min"));
}

/* Workers in a guest of two processors; where instructions are counted they are a skip. */
static void test_scaling(void **state)
{
	char *out = scratch("scale");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *profile = g_build_filename(out, "once.ini", NULL);
	g_autofree char *use = g_strconcat("--profile=", profile, NULL);
	struct outcome o;
	json_t *root;

	g_file_set_contents(profile,
			    "[profile]\nrepetitions=1\n"
			    "[gup/scale]\nthreads=2\nmm=one\n"
			    "[gup/scale more than CPUs]\nthreads=4\nmm=each\n",
			    -1, NULL);
	o = pinbench("run", "--evidence=timed", "--boots=1", use, to, "--quiet", NULL);
	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	check_scaling(json_array_get(json_object_get(root, "cases"), 0), 2);
	check_scaling(json_array_get(json_object_get(root, "cases"), 1), 4);
	json_decref(root);
	outcome_clear(&o);
	o = pinbench("run", use, to, "--quiet", NULL);
	root = load_result(out);
	assert_int_equal(json_array_size(json_object_get(root, "cases")), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(json_object_get(root, "cases"), i);

		assert_string_equal(text_at(one, "outcome"), "skip");
		assert_says(text_at(one, "reason"), "--evidence timed");
	}
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_kernels_on_a_busy_machine),
		cmocka_unit_test(test_a_run),
		cmocka_unit_test(test_scaling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
