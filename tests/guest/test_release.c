/* Several kernels in one command, end to end: one that fails costs only itself. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include "pinbench/exit.h"
#include "reports/history/store.h"
#include "tests/guest/harness.h"

#define BASE	"6.12"
#define PLANTED BASE "+" PINBENCH_SOURCE_DIR "/configs/patches/planted-gup-fast.patch"
#define POLL_US 20000
#define POLLS	30000

static const char stale[] = "Subject: [PATCH] mm/gup: too late\n\n---\n"
			    "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,3 @@\n"
			    " // SPDX-License-Identifier: MIT\n"
			    " #include <linux/kernel.h>\n-#include <linux/errno.h>\n"
			    "+#include <linux/err.h>\n";

/* Of one test: a folder with the results, the history and a patch. */
struct place {
	char *directory, *out, *db, *broken;
};

static struct place place_make(const char *name)
{
	struct place p = {.directory = scratch(name)};
	g_autofree char *patch = g_build_filename(p.directory, "stale.patch", NULL);

	assert_true(g_file_set_contents(patch, stale, -1, NULL));
	p.out = g_build_filename(p.directory, "out", NULL);
	p.db = g_build_filename(p.directory, "below", "history.db", NULL);
	p.broken = g_strconcat(BASE "+", patch, NULL);
	return p;
}

static void place_clear(struct place *p)
{
	g_free(p->out);
	g_free(p->db);
	g_free(p->broken);
	forget(p->directory);
}

static json_t *load_release(const struct place *p)
{
	g_autofree char *path = g_build_filename(p->out, "release.json", NULL);
	json_t *root = json_load_file(path, 0, NULL);

	assert_non_null(root);
	return root;
}

static const json_t *kernel_at(const json_t *root, size_t i)
{
	return json_array_get(json_object_get(root, "kernels"), i);
}

/* The runs in the history are those of these specs, in any order. */
static void check_history(const struct place *p, const char *const *specs)
{
	g_autoptr(pb_store) store = NULL;
	g_autoptr(pb_history_runs) runs = NULL;

	assert_int_equal(pb_store_open(p->db, PB_STORE_READ, &store, NULL), 0);
	assert_int_equal(pb_store_runs(store, &runs, NULL), 0);
	assert_int_equal(runs->count, g_strv_length((char **)specs));
	for (guint i = 0; i < runs->count; i++) {
		assert_true(g_strv_contains(specs, runs->runs[i].spec));
		assert_true(g_str_has_prefix(runs->runs[i].directory, p->out));
	}
}

static void check_rows(const json_t *root)
{
	const json_t *row;
	size_t i;

	assert_true(json_array_size(json_object_get(root, "rows")) >= 2);
	json_array_foreach (json_object_get(root, "rows"), i, row) {
		const json_t *cells = json_object_get(row, "cells");
		const json_t *patched = json_array_get(cells, 2);
		bool fast = g_str_has_prefix(text_at(row, "benchmark"), "gup/get_fast");

		assert_true(json_is_number(json_object_get(json_array_get(cells, 0), "value")));
		assert_true(json_is_null(json_array_get(cells, 1)));
		assert_int_equal(json_is_true(json_object_get(patched, "matters")), fast);
		assert_int_equal(json_integer_value(json_object_get(patched, "against")), 0);
	}
}

static void test_one_that_fails(void **state)
{
	struct place p = place_make("release");
	struct outcome o =
		pinbench("release", BASE, p.broken, PLANTED, "--out", p.out, "--db", p.db,
			 "--profile=smoke", "--only=gup/get_fast*", "--only=gup/put_page", NULL);
	json_t *root;

	assert_status(&o, PB_EXIT_ENVIRONMENT);
	root = load_release(&p);
	assert_string_equal(text_at(kernel_at(root, 0), "outcome"), "ok");
	assert_string_equal(text_at(kernel_at(root, 1), "outcome"), "fail");
	assert_string_equal(text_at(kernel_at(root, 2), "outcome"), "ok");
	assert_true(json_is_null(json_object_get(kernel_at(root, 1), "directory")));
	check_rows(root);
	check_history(&p, (const char *[]){BASE, PLANTED, NULL});
	/* At once, and at the end. */
	assert_non_null(strstr(strstr(o.err, "does not apply") + 1, "does not apply"));
	assert_says(o.out, "2 of 3 kernels measured");
	assert_says(o.out, "6.12+planted-gup-fast.patch");
	assert_says(o.out, "FAILED");
	json_decref(root);
	outcome_clear(&o);
	o = pinbench("report", p.out, NULL);
	assert_status(&o, 0);
	assert_says(o.out, "release.txt");
	outcome_clear(&o);
	place_clear(&p);
}

static void await(const struct running *r, const char *word)
{
	for (guint i = 0; i < POLLS; i++) {
		g_autofree char *text = NULL;

		assert_true(g_file_get_contents(r->err_path, &text, NULL, NULL));
		if (strstr(text, word))
			return;
		g_usleep(POLL_US);
	}
	fail_msg("\"%s\" never came", word);
}

/* What is finished is in the history already. */
static void test_interrupted(void **state)
{
	struct place p = place_make("release");
	const char *const arguments[] = {"release", BASE, PLANTED,	     "--out",	     p.out,
					 "--db",    p.db, "--profile=smoke", "--only=gup/*", NULL};
	struct running r = pinbench_start(NULL, arguments);
	struct outcome o;
	json_t *root;

	await(&r, "added to");
	kill(r.pid, SIGINT);
	o = pinbench_wait(&r);
	assert_status(&o, PB_EXIT_INTERRUPTED);
	root = load_release(&p);
	assert_string_equal(text_at(kernel_at(root, 0), "outcome"), "ok");
	assert_string_equal(text_at(kernel_at(root, 1), "outcome"), "interrupted");
	check_history(&p, (const char *[]){BASE, NULL});
	assert_says(o.err, "1 of 2 kernels");
	json_decref(root);
	outcome_clear(&o);
	place_clear(&p);
}

/* Boots in turn; --json prints what the file has. */
static void test_timed(void **state)
{
	struct place p = place_make("release");
	struct outcome o =
		pinbench("release", BASE, p.broken, PLANTED, "--out", p.out, "--no-history",
			 "--evidence=timed", "--boots=2", "--profile=smoke", "--only=gup/put_page",
			 "--json", "--quiet", NULL);
	json_t *root, *printed;

	assert_status(&o, PB_EXIT_ENVIRONMENT);
	root = load_release(&p);
	printed = json_loads(o.out, 0, NULL);
	assert_true(json_equal(root, printed));
	assert_string_equal(text_at(kernel_at(root, 2), "outcome"), "ok");
	assert_false(json_is_true(json_object_get(kernel_at(root, 2), "added")));
	assert_false(g_file_test(p.db, G_FILE_TEST_EXISTS));
	assert_int_equal(json_array_size(json_object_get(root, "rows")), 1);
	json_decref(printed);
	json_decref(root);
	outcome_clear(&o);
	place_clear(&p);
}

static void test_wrong_input(void **state)
{
	struct place p = place_make("release");
	struct outcome o = pinbench("release", BASE, "6.99", "--out", p.out, "--db", p.db, NULL);

	assert_status(&o, PB_EXIT_USAGE);
	assert_says(o.err, "6.99");
	assert_false(g_file_test(p.out, G_FILE_TEST_EXISTS));
	assert_false(g_file_test(p.db, G_FILE_TEST_EXISTS));
	outcome_clear(&o);
	place_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_that_fails),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_timed),
		cmocka_unit_test(test_wrong_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
