/* Kernels with patches: built on top of the unpatched one, and never by halves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "kernel_fixture.h"

#define CODE "void start(void)\n{\n}\n"

#define PATCH(line) \
	"--- a/code.c\n+++ b/code.c\n@@ -1,3 +1,4 @@\n void start(void)\n {\n+" line "\n }\n"

static char *put_patch(const struct fixture *fixture, const char *name, const char *text)
{
	kernel_put(fixture->root, name, text);
	return g_strdup_printf("+%s/%s", fixture->root, name);
}

static guint kernels_kept(const struct fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->root, "cache", "kernels", NULL);
	g_autoptr(GDir) listing = g_dir_open(path, 0, NULL);
	guint count = 0;

	while (listing && g_dir_read_name(listing))
		count++;
	return count;
}

static void test_on_top_of_the_base(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *suffix = NULL, *code = NULL, *pristine = NULL, *before = NULL;
	g_autofree char *after = NULL;
	g_autoptr(pb_kernel) base = NULL, patched = NULL, again = NULL;

	kernel_put(fixture->tree, "code.c", CODE);
	before = kernel_snapshot(fixture);
	suffix = put_patch(fixture, "fix.patch", PATCH("__asm__(\"nop\");"));
	patched = kernel_get(fixture, suffix);
	/* The base was built on the way, and its objects served both. */
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 2);
	base = kernel_get(fixture, "");
	again = kernel_get(fixture, suffix);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 2);
	assert_string_equal(again->key, patched->key);
	assert_string_not_equal(base->key, patched->key);
	assert_string_not_equal(base->text_sha256, patched->text_sha256);
	assert_string_equal(base->config_sha256, patched->config_sha256);
	assert_non_null(strstr(patched->origin, " + fix.patch"));
	/* Hard links or not, the base's source and the user's tree are what they were. */
	code = g_build_filename(base->directory, "source", "code.c", NULL);
	assert_true(g_file_get_contents(code, &pristine, NULL, NULL));
	assert_string_equal(pristine, CODE);
	after = kernel_snapshot(fixture);
	assert_string_equal(before, after);
}

static void test_no_code(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) base = NULL, patched = NULL;
	g_autofree char *suffix = NULL;

	kernel_put(fixture->tree, "code.c", CODE);
	suffix = put_patch(fixture, "words.patch", PATCH("/* a comment */"));
	patched = kernel_get(fixture, suffix);
	base = kernel_get(fixture, "");
	assert_string_equal(base->text_sha256, patched->text_sha256);
}

static void refused(const struct fixture *fixture, const char *suffix, int r, const char *because)
{
	g_autofree char *spec = g_strconcat(fixture->tree, suffix, NULL);

	kernel_refused(fixture, spec, r, PB_EXIT_USAGE, because);
}

static void test_nothing_half_built_stays(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *broken = NULL, *stale = NULL, *whole = NULL;
	g_autoptr(pb_kernel) patched = NULL;

	kernel_put(fixture->tree, "code.c", CODE);
	broken = put_patch(fixture, "broken.patch", PATCH("not C"));
	stale = put_patch(fixture, "stale.patch",
			  "--- a/code.c\n+++ b/code.c\n@@ -1,3 +1,3 @@\n void begin(void)\n {\n"
			  "-}\n+} \n");
	whole = put_patch(fixture, "whole.patch", PATCH("__asm__(\"nop\");"));
	refused(fixture, broken, -EIO, "code.c:3:1: error: ");
	assert_int_equal(kernels_kept(fixture), 1);
	refused(fixture, stale, -EINVAL, "stale.patch");
	assert_int_equal(kernels_kept(fixture), 1);
	refused(fixture, broken, -EIO, "code.c:3:1: error: ");
	patched = kernel_get(fixture, whole);
	assert_int_equal(kernels_kept(fixture), 2);
}

static void test_in_order(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *one = NULL, *two = NULL, *both = NULL, *swapped = NULL;
	g_autoptr(pb_kernel) patched = NULL;

	kernel_put(fixture->tree, "code.c", CODE);
	one = put_patch(fixture, "1.patch", PATCH("int a;"));
	two = put_patch(
		fixture, "2.patch",
		"--- a/code.c\n+++ b/code.c\n@@ -1,4 +1,4 @@\n void start(void)\n {\n-int a;\n"
		"+int b;\n }\n");
	both = g_strconcat(one, two, NULL);
	swapped = g_strconcat(two, one, NULL);
	patched = kernel_get(fixture, both);
	refused(fixture, swapped, -EINVAL, "2.patch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(test_on_top_of_the_base),
		KERNEL_TEST(test_no_code),
		KERNEL_TEST(test_nothing_half_built_stays),
		KERNEL_TEST(test_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
