/* Patches in the forms that people send them in, and applying them without fuzz. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/kernel/patch/patch.h"
#include "reports/error.h"
#include "tests/unit/scratch.h"

#define ORIGINAL "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"

#define DIFF(file, from, to)                                                             \
	"--- a/" file "\n+++ b/" file "\n@@ -2,5 +2,5 @@\n two\n three\n-" from "\n+" to \
	"\n five\n six\n"

#define MAIL(subject, body)                                                            \
	"From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\n"     \
	"From: A Tester <tester@example.org>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n" \
	"Subject: " subject "\n" body

#define PLAIN "\nWords.\n\nSigned-off-by: A Tester <tester@example.org>\n---\n mm/a.c | 2 +-\n\n"

static GPtrArray *load(const char *path)
{
	const char *const paths[] = {path, NULL};
	g_autoptr(GError) error = NULL;
	GPtrArray *patches = NULL;

	if (pb_patches_load(paths, &patches, &error))
		fail_msg("%s", error->message);
	return patches;
}

static const struct pb_patch *at(const GPtrArray *patches, guint i)
{
	assert_true(i < patches->len);
	return patches->pdata[i];
}

static void refused(const char *path, const char *word)
{
	const char *const paths[] = {path, NULL};
	g_autoptr(GError) error = NULL;
	GPtrArray *patches = NULL;

	assert_true(pb_patches_load(paths, &patches, &error) < 0);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){word, NULL});
}

static void a_diff_alone(void **state)
{
	g_autofree char *path = scratch_write(state, "fix.patch", DIFF("mm/a.c", "four", "4"));
	g_autoptr(GPtrArray) patches = load(path);

	assert_int_equal(patches->len, 1);
	assert_string_equal(at(patches, 0)->subject, "fix.patch");
	assert_string_equal(at(patches, 0)->files[0], "mm/a.c");
	assert_null(at(patches, 0)->files[1]);
}

static void a_series_in_an_mbox(void **state)
{
	g_autofree char *path =
		scratch_write(state, "series.mbox",
			      MAIL("[PATCH v2 0/2] mm: a cover letter", "\nNo diff here.\n\n")
				      MAIL("[PATCH v2 1/2] mm: first",
					   PLAIN DIFF("mm/a.c", "four", "4") "--\n2.39\n\n")
					      MAIL("[PATCH v2 2/2] mm: second",
						   PLAIN DIFF("mm/a.c", "4", "IV") "--\n2.39\n\n"));
	g_autoptr(GPtrArray) patches = load(path);

	assert_int_equal(patches->len, 2);
	assert_string_equal(at(patches, 0)->subject, "mm: first");
	assert_string_equal(at(patches, 1)->subject, "mm: second");
}

/* As mail programs send it: "=3D" for "=", soft line breaks. */
static void a_mail_that_is_encoded(void **state)
{
	g_autofree char *path = scratch_write(
		state, "encoded.eml",
		"From: A Tester <tester@example.org>\nSubject: [PATCH] mm: encoded\n"
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: quoted-printable\n\nWords.\n\n---\n"
		"--- a/mm/a.c\n+++ b/mm/a.c\n@@ -2,5 +2,5 @@\n two\n three\n-four\n+a =3D =\nb;\n"
		" five\n six\n");
	g_autoptr(GPtrArray) patches = load(path);

	assert_int_equal(patches->len, 1);
	assert_string_equal(at(patches, 0)->subject, "mm: encoded");
	assert_non_null(strstr(at(patches, 0)->diff, "\n+a = b;\n"));
}

static void a_directory_in_order(void **state)
{
	g_autofree char *second =
		scratch_write(state, "set/0002-b.patch", DIFF("mm/a.c", "4", "IV"));
	g_autofree char *first =
		scratch_write(state, "set/0001-a.patch", DIFF("mm/a.c", "four", "4"));
	g_autofree char *notes = scratch_write(state, "set/README", "no patch\n");
	g_autofree char *directory = scratch_path(state, "set");
	g_autoptr(GPtrArray) patches = load(directory);

	assert_int_equal(patches->len, 2);
	assert_string_equal(at(patches, 0)->path, first);
	assert_string_equal(at(patches, 1)->path, second);
}

static void what_is_no_patch(void **state)
{
	g_autofree char *text = scratch_write(state, "text.patch", "no diff at all\n");
	g_autofree char *cover =
		scratch_write(state, "cover.mbox", MAIL("[PATCH 0/1] mm: cover", "\nWords.\n"));
	g_autofree char *absent = scratch_path(state, "absent.patch");
	g_autofree char *empty = scratch_path(state, "empty");

	g_mkdir(empty, 0755);
	refused(text, "text.patch");
	refused(cover, "no patch in");
	refused(absent, "absent.patch");
	refused(empty, "no patch in");
}

static int apply(void **state, const char *diff, GError **ret_error)
{
	g_autofree char *path = scratch_write(state, "x.patch", diff);
	g_autofree char *tree = scratch_path(state, "tree");
	g_autoptr(GPtrArray) patches = load(path);

	return pb_patches_apply(patches, tree, ret_error);
}

static char *tree_file(void **state)
{
	return scratch_write(state, "tree/mm/a.c", ORIGINAL);
}

static void another_name_keeps_its_text(void **state)
{
	g_autofree char *file = tree_file(state), *other = scratch_path(state, "other.c");
	g_autofree char *text = NULL, *kept = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(link(file, other), 0);
	assert_int_equal(apply(state, DIFF("mm/a.c", "four", "4"), &error), 0);
	assert_true(g_file_get_contents(file, &text, NULL, NULL));
	assert_non_null(strstr(text, "\n4\n"));
	assert_true(g_file_get_contents(other, &kept, NULL, NULL));
	assert_string_equal(kept, ORIGINAL);
}

/* `patch` would take this one: a line of context differs. */
static void fuzz_is_refused(void **state)
{
	g_autofree char *file = tree_file(state), *text = NULL;
	g_autoptr(GError) error = NULL;

	assert_true(apply(state,
			  "--- a/mm/a.c\n+++ b/mm/a.c\n@@ -2,5 +2,5 @@\n TWO\n three\n-four\n+4\n"
			  " five\n six\n",
			  &error) < 0);
	scratch_check_error(error, PB_EXIT_USAGE,
			    (const char *[]){"x.patch", "mm/a.c:2", "TWO", "without fuzz", NULL});
	assert_true(g_file_get_contents(file, &text, NULL, NULL));
	assert_string_equal(text, ORIGINAL);
}

static void lines_may_have_moved(void **state)
{
	g_autofree char *file = scratch_write(state, "tree/mm/a.c", "\n\n\n" ORIGINAL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(apply(state, DIFF("mm/a.c", "four", "4"), &error), 0);
	assert_true(g_file_get_contents(file, &text, NULL, NULL));
	assert_non_null(strstr(text, "\n4\n"));
}

static void nothing_outside_the_tree(void **state)
{
	g_autofree char *file = tree_file(state);
	g_autofree char *outside = scratch_write(state, "a.c", ORIGINAL), *text = NULL;
	g_autoptr(GError) error = NULL;

	assert_true(apply(state, DIFF("../a.c", "four", "4"), &error) < 0);
	assert_true(g_file_get_contents(outside, &text, NULL, NULL));
	assert_string_equal(text, ORIGINAL);
}

static const char *wide(void **state, const char *diff)
{
	g_autofree char *path = scratch_write(state, "w.patch", diff);
	g_autoptr(GPtrArray) patches = load(path);
	g_auto(GStrv) files = pb_patches_files(patches);
	const char *file = pb_wide_file((const char *const *)files);

	return file ? g_intern_string(file) : NULL;
}

static void what_touches_much(void **state)
{
	assert_null(wide(state, DIFF("mm/a.c", "four", "4")));
	assert_string_equal(wide(state, DIFF("include/linux/mm.h", "four", "4")),
			    "include/linux/mm.h");
	assert_string_equal(wide(state, DIFF("mm/Kconfig.debug", "four", "4")), "mm/Kconfig.debug");
	assert_string_equal(wide(state, DIFF("mm/Makefile", "four", "4")), "mm/Makefile");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_diff_alone),
		IN_SCRATCH(a_series_in_an_mbox),
		IN_SCRATCH(a_mail_that_is_encoded),
		IN_SCRATCH(a_directory_in_order),
		IN_SCRATCH(what_is_no_patch),
		IN_SCRATCH(another_name_keeps_its_text),
		IN_SCRATCH(fuzz_is_refused),
		IN_SCRATCH(lines_may_have_moved),
		IN_SCRATCH(nothing_outside_the_tree),
		IN_SCRATCH(what_touches_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
