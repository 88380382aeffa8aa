/* What a patch costs, end to end: planted regressions, a comment, nothing, and wrong input. */
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "lab/util/files.h"
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define PATCHES	   PINBENCH_SOURCE_DIR "/configs/patches/"
#define BASE	   "6.12"
#define FAST_PATCH BASE "+" PATCHES "planted-gup-fast.patch"
/* Results have ten digits. */
#define EXACT 1e-6

static json_t *load_comparison(const char *directory)
{
	g_autofree char *path = g_build_filename(directory, "compare.json", NULL);
	json_t *root = json_load_file(path, 0, NULL);

	assert_non_null(root);
	return root;
}

static char *cases_of(const json_t *root)
{
	return json_dumps(json_object_get(root, "cases"), 0);
}

static double number_at(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

static bool is_primary(const json_t *row)
{
	return json_is_true(json_object_get(row, "primary"));
}

/* Compares 6.12 with @patched, in family gup; exit code @status. Free the root with json_decref. */
static json_t *compare(const char *patched, const char *glob, const char *option, int status)
{
	char *out = scratch("compare");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	struct outcome o = pinbench("compare", BASE, patched, to, option ? option : "--quiet",
				    glob ? glob : "gup/*", NULL);
	json_t *root;

	assert_status(&o, status);
	root = load_comparison(out);
	outcome_clear(&o);
	forget(out);
	return root;
}

static void check_control(const json_t *root)
{
	const json_t *control = json_object_get(json_object_get(root, "validity"), "control");

	assert_true(json_is_true(json_object_get(control, "ok")));
	assert_true(number_at(control, "known_insns") >= 1000);
	assert_true(number_at(control, "seen_insns") == number_at(control, "known_insns"));
}

/* By exactly the cases that go through fast GUP inside their clock. */
static void check_reached(const json_t *function)
{
	const json_t *id;
	size_t i, others = 0;

	assert_string_equal(text_at(function, "reached"), "measured");
	json_array_foreach (json_object_get(function, "reached_by"), i, id)
		others += !strstr(json_string_value(id), "_fast");
	assert_true(i > 10);
	/* gup/reference pins with pin_fast. */
	assert_int_equal(others, 1);
}

/* All of fast GUP is inlined into one function of mm/gup.c. */
static void check_changed_function(const json_t *root)
{
	const json_t *validity = json_object_get(root, "validity");
	const json_t *list = json_object_get(validity, "changed_functions");

	assert_true(json_array_size(list) >= 1 && json_array_size(list) < 10);
	assert_string_equal(text_at(json_array_get(list, 0), "object"), "mm/gup.o");
	assert_non_null(strstr(text_at(json_array_get(list, 0), "function"), "gup_fast"));
	check_reached(json_array_get(list, 0));
}

/* What no benchmark measures is said, however green the rest is. */
static void test_not_reached(void **state)
{
	json_t *root = compare(FAST_PATCH, "null/empty", NULL, PB_EXIT_OK);
	const json_t *validity = json_object_get(root, "validity");
	const json_t *first = json_array_get(json_object_get(validity, "changed_functions"), 0);

	assert_string_equal(text_at(first, "reached"), "no");
	assert_string_equal(text_at(root, "verdict"), "unchanged");
	json_decref(root);
	/* Its memory is pinned by fast GUP, but what is measured is the unpinning. */
	root = compare(FAST_PATCH, "gup/unpin", NULL, PB_EXIT_OK);
	validity = json_object_get(root, "validity");
	first = json_array_get(json_object_get(validity, "changed_functions"), 0);
	assert_string_equal(text_at(first, "reached"), "outside");
	json_decref(root);
}

/* Memory whose pages fast GUP finds one pte at a time. */
static bool walks_ptes(const json_t *row)
{
	const json_t *params = json_object_get(row, "params");
	const char *backing = text_at(params, "backing"), *page = text_at(params, "page");
	static const char *const others[] = {"forked", "unfaulted", "zero", NULL};

	return strcmp(page, "2m") && !g_strv_contains(others, backing);
}

/*
 * One call for each run of contiguous frames: how many there are is how memory lies, which is
 * otherwise on another kernel, by a call in a thousand pages.
 */
static bool goes_by_frames(const json_t *row)
{
	return !strcmp(text_at(row, "benchmark"), "gup/unpin_range_dirty_lock");
}

static void test_one_atomic_a_page(void **state)
{
	static const char *const fast[] = {"gup/get_fast", "gup/get_fast_only", "gup/pin_fast",
					   NULL};
	json_t *root = compare(FAST_PATCH, NULL, NULL, PB_EXIT_REGRESSION), *row, *again;
	g_autofree char *first = cases_of(root), *second = NULL;
	guint regressions = 0;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, row) {
		bool through = g_strv_contains(fast, text_at(row, "benchmark")) && walks_ptes(row);

		if (!is_primary(row))
			continue;
		assert_true(fabs(number_at(row, "delta") - through) <
			    (goes_by_frames(row) ? 0.1 : EXACT));
		assert_string_equal(text_at(row, "verdict"), through ? "regression" : "unchanged");
		regressions += through;
	}
	assert_true(regressions >= 10);
	check_changed_function(root);
	check_control(root);
	again = compare(FAST_PATCH, NULL, NULL, PB_EXIT_REGRESSION);
	second = cases_of(again);
	assert_string_equal(first, second);
	json_decref(root);
	json_decref(again);
}

static void test_one_atomic_a_folio(void **state)
{
	json_t *root = compare(BASE "+" PATCHES "planted-unpin.patch", "gup/*pin*", NULL,
			       PB_EXIT_REGRESSION);
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, row) {
		bool release = !strcmp(text_at(row, "benchmark"), "gup/unpin");
		double pages =
			strcmp(text_at(json_object_get(row, "params"), "page"), "2m") ? 1 : 512;

		if (!is_primary(row))
			continue;
		if (!release) {
			assert_true(fabs(number_at(row, "delta")) <=
				    (goes_by_frames(row) ? 0.1 : 0));
			continue;
		}
		if (!strcmp(text_at(json_object_get(row, "params"), "page"), "64k"))
			pages = 16;
		assert_true(fabs(number_at(row, "delta") - 1 / pages) < EXACT);
		assert_string_equal(text_at(row, "verdict"),
				    pages == 1 ? "regression" : "unchanged");
	}
	json_decref(root);
}

static void test_a_comment(void **state)
{
	char *directory = scratch("comment");
	g_autofree char *path = g_build_filename(directory, "comment.patch", NULL);
	g_autofree char *spec = g_strconcat(BASE "+", path, NULL);
	static const char text[] = "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,5 @@\n"
				   "+/* Moves every line. */\n+\n"
				   " // SPDX-License-Identifier: GPL-2.0-only\n"
				   " #include <linux/kernel.h>\n #include <linux/errno.h>\n";
	json_t *root;

	assert_true(g_file_set_contents(path, text, -1, NULL));
	root = compare(spec, NULL, NULL, PB_EXIT_OK);
	assert_non_null(strstr(text_at(root, "sentence"), "changes no code"));
	assert_int_equal(json_array_size(json_object_get(root, "cases")), 0);
	json_decref(root);
	forget(directory);
}

static void test_nothing_against_itself(void **state)
{
	json_t *root = compare(BASE, NULL, "--force", PB_EXIT_OK), *row;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, row)
		assert_true(number_at(row, "delta") == 0);
	assert_true(json_array_size(json_object_get(root, "cases")) > 30);
	assert_true(json_is_true(
		json_object_get(json_object_get(root, "validity"), "module_identical")));
	assert_true(json_is_true(
		json_object_get(json_object_get(root, "validity"), "initramfs_identical")));
	check_control(root);
	json_decref(root);
}

static void refused(const char *patched, const char *because)
{
	struct outcome o = pinbench("compare", BASE, patched, "--quiet", NULL);

	assert_status(&o, PB_EXIT_USAGE);
	if (because && !strstr(o.err, because))
		fail_msg("\"%s\" is not in: %s", because, o.err);
	outcome_clear(&o);
}

static void test_wrong_input(void **state)
{
	char *directory = scratch("wrong");
	g_autofree char *path = g_build_filename(directory, "stale.patch", NULL);
	g_autofree char *spec = g_strconcat(BASE "+", path, NULL);
	static const char text[] = "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,3 @@\n"
				   " // SPDX-License-Identifier: MIT\n"
				   " #include <linux/kernel.h>\n-#include <linux/errno.h>\n"
				   "+#include <linux/err.h>\n";

	assert_true(g_file_set_contents(path, text, -1, NULL));
	refused(spec, "mm/gup.c:1");
	refused(BASE "+/nowhere.patch", "/nowhere.patch");
	refused("host", "host");
	refused(NULL, "two kernels");
	forget(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_atomic_a_page),
		cmocka_unit_test(test_one_atomic_a_folio),
		cmocka_unit_test(test_not_reached),
		cmocka_unit_test(test_a_comment),
		cmocka_unit_test(test_nothing_against_itself),
		cmocka_unit_test(test_wrong_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
