/* A series of patches, end to end: what each does by itself, and one that does not apply. */
#include <stdbool.h>
#include <string.h>
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define BASE	"6.12"
#define PATCHES PINBENCH_SOURCE_DIR "/configs/patches/"

static const char comment[] = "Subject: [PATCH 1/3] mm/gup: say more\n\n---\n"
			      "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,5 @@\n"
			      "+/* Moves every line. */\n+\n"
			      " // SPDX-License-Identifier: GPL-2.0-only\n"
			      " #include <linux/kernel.h>\n #include <linux/errno.h>\n";

static const char stale[] = "Subject: [PATCH 3/3] mm/gup: too late\n\n---\n"
			    "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,3 @@\n"
			    " // SPDX-License-Identifier: MIT\n"
			    " #include <linux/kernel.h>\n-#include <linux/errno.h>\n"
			    "+#include <linux/err.h>\n";

static const char no_boot[] = "Subject: [PATCH 3/3] mm/gup: check at boot\n\n---\n"
			      "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -191,3 +191,10 @@\n"
			      "+static int __init gup_check(void)\n+{\n+\tBUG();\n"
			      "+\treturn 0;\n+}\n+late_initcall(gup_check);\n+\n"
			      " void unpin_user_page(struct page *page)\n {\n"
			      " \tsanity_check_pinned_pages(&page, 1);\n";

static void write_in(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *make_series(const char *last)
{
	g_autofree char *planted = NULL;
	char *directory = scratch("series");

	assert_true(g_file_get_contents(PATCHES "planted-gup-fast.patch", &planted, NULL, NULL));
	write_in(directory, "0001.patch", comment);
	write_in(directory, "0002.patch", planted);
	if (last)
		write_in(directory, "0003.patch", last);
	return directory;
}

/* Free with json_decref. */
static json_t *series(char *patches, int status)
{
	char *out = scratch("out");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *file = g_build_filename(out, "series.json", NULL);
	g_autofree char *page = g_build_filename(out, "02", "previous", "report.html", NULL);
	struct outcome o = pinbench("series", BASE, patches, to, "--quiet", "gup/get_fast*",
				    "gup/put_page", NULL);
	json_t *root;

	assert_status(&o, status);
	assert_says(o.out, "by itself");
	root = json_load_file(file, 0, NULL);
	assert_non_null(root);
	assert_true(g_file_test(page, G_FILE_TEST_EXISTS));
	outcome_clear(&o);
	forget(out);
	forget(patches);
	return root;
}

static const json_t *patch_at(const json_t *root, size_t i)
{
	return json_array_get(json_object_get(root, "patches"), i);
}

static void check_two(const json_t *root)
{
	const json_t *row, *effects;
	size_t i;

	assert_true(json_is_true(json_object_get(patch_at(root, 0), "same_code")));
	assert_string_equal(text_at(patch_at(root, 0), "subject"), "mm/gup: say more");
	assert_int_equal(json_integer_value(json_object_get(root, "first")), 2);
	assert_string_equal(text_at(json_object_get(patch_at(root, 1), "previous"), "verdict"),
			    "regression");
	json_array_foreach (json_object_get(root, "rows"), i, row) {
		bool fast = g_str_has_prefix(text_at(row, "benchmark"), "gup/get_fast");

		if (!json_is_true(json_object_get(row, "primary")))
			continue;
		effects = json_object_get(row, "previous");
		assert_string_equal(text_at(json_array_get(effects, 0), "verdict"), "unchanged");
		assert_string_equal(text_at(json_array_get(effects, 1), "verdict"),
				    fast ? "regression" : "unchanged");
	}
}

static void test_the_first_that_moves(void **state)
{
	json_t *root = series(make_series(NULL), PB_EXIT_REGRESSION);

	check_two(root);
	json_decref(root);
}

/* What was measured before it stays. */
static void test_one_that_does_not_apply(void **state)
{
	json_t *root = series(make_series(stale), PB_EXIT_USAGE);

	check_two(root);
	assert_non_null(strstr(text_at(patch_at(root, 2), "error"), "mm/gup.c:1"));
	json_decref(root);
}

/* Nor does a kernel that cannot be booted take the others with it; and what it said is there. */
static void test_one_that_does_not_boot(void **state)
{
	json_t *root = series(make_series(no_boot), PB_EXIT_ENVIRONMENT);
	const json_t *row;
	size_t i;

	check_two(root);
	assert_string_equal(text_at(json_object_get(patch_at(root, 2), "previous"), "verdict"),
			    "missing");
	json_array_foreach (json_object_get(root, "rows"), i, row)
		assert_string_equal(
			text_at(json_array_get(json_object_get(row, "previous"), 2), "verdict"),
			"missing");
	json_decref(root);
}

static void test_wrong_input(void **state)
{
	struct outcome o = pinbench("series", BASE, "/nowhere.mbox", NULL);

	assert_status(&o, PB_EXIT_USAGE);
	assert_says(o.err, "/nowhere.mbox");
	outcome_clear(&o);
	o = pinbench("series", BASE, NULL);
	assert_status(&o, PB_EXIT_USAGE);
	assert_says(o.err, "mbox");
	outcome_clear(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_that_moves),
		cmocka_unit_test(test_one_that_does_not_apply),
		cmocka_unit_test(test_one_that_does_not_boot),
		cmocka_unit_test(test_wrong_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
