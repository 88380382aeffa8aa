/* Kernel specs: what they are split into, and what is refused and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "lab/kernel/spec.h"
#include "reports/error.h"

static struct pb_kernel_spec *parse(const char *text)
{
	struct pb_kernel_spec *spec = NULL;

	assert_int_equal(pb_kernel_spec_parse(text, &spec, NULL), 0);
	assert_string_equal(spec->text, text);
	return spec;
}

static void refused(const char *text, const char *because)
{
	g_autoptr(GError) error = NULL;
	struct pb_kernel_spec *spec = NULL;

	assert_int_equal(pb_kernel_spec_parse(text, &spec, &error), -EINVAL);
	assert_null(spec);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	assert_non_null(strstr(error->message, because));
}

static void test_names(void **state)
{
	g_autoptr(pb_kernel_spec) plain = parse("6.12");
	g_autoptr(pb_kernel_spec) debug = parse("6.12-debug");
	g_autoptr(pb_kernel_spec) host = parse("host");

	(void)state;
	assert_int_equal(plain->kind, PB_KERNEL_NAMED);
	assert_string_equal(plain->name, "6.12");
	assert_null(plain->path);
	assert_string_equal(debug->name, "6.12-debug");
	assert_int_equal(host->kind, PB_KERNEL_HOST);
	assert_null(host->name);
}

static void test_paths(void **state)
{
	g_autofree char *home = g_build_filename(g_get_home_dir(), "linux", NULL);
	g_autofree char *here = g_get_current_dir();
	g_autofree char *below = g_build_filename(here, "linux", NULL);
	g_autoptr(pb_kernel_spec) absolute = parse("/src/linux/");
	g_autoptr(pb_kernel_spec) tilde = parse("~/linux");
	g_autoptr(pb_kernel_spec) relative = parse("./linux");
	g_autoptr(pb_kernel_spec) dot = parse(".");

	(void)state;
	assert_int_equal(absolute->kind, PB_KERNEL_TREE);
	assert_string_equal(absolute->path, "/src/linux");
	assert_null(absolute->revision);
	assert_string_equal(tilde->path, home);
	assert_string_equal(relative->path, below);
	assert_string_equal(dot->path, here);
}

static void test_revisions(void **state)
{
	g_autoptr(pb_kernel_spec) tag = parse("/src/linux@v6.12");
	g_autoptr(pb_kernel_spec) reflog = parse("/src/linux@HEAD@{1}");
	g_autoptr(pb_kernel_spec) branch = parse("../linux@topic/gup");

	(void)state;
	assert_int_equal(tag->kind, PB_KERNEL_REVISION);
	assert_string_equal(tag->path, "/src/linux");
	assert_string_equal(tag->revision, "v6.12");
	assert_string_equal(reflog->revision, "HEAD@{1}");
	assert_string_equal(branch->revision, "topic/gup");
}

static void test_patches(void **state)
{
	g_autoptr(pb_kernel_spec) named = parse("6.12+fix.patch+/tmp/series.mbox");
	g_autoptr(pb_kernel_spec) tree = parse("/src/linux@v6.12+a.patch");

	(void)state;
	assert_string_equal(named->name, "6.12");
	assert_int_equal(g_strv_length(named->patches), 2);
	assert_string_equal(named->patches[1], "/tmp/series.mbox");
	assert_string_equal(tree->revision, "v6.12");
	assert_string_equal(tree->patches[0], "a.patch");
}

/* Directories whose own names have the separators in them. */
static void test_odd_directories(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench-spec-XXXXXX", NULL);
	g_autofree char *plus = g_build_filename(root, "linux-6.12+rt", NULL);
	g_autofree char *at = g_build_filename(root, "me@work", NULL);
	g_autofree char *patched = g_strconcat(plus, "+a.patch", NULL);
	g_autofree char *revised = g_strconcat(at, "@v6.12", NULL);
	g_autoptr(pb_kernel_spec) first = NULL;
	g_autoptr(pb_kernel_spec) second = NULL;

	(void)state;
	assert_int_equal(g_mkdir(plus, 0755), 0);
	assert_int_equal(g_mkdir(at, 0755), 0);
	first = parse(patched);
	second = parse(revised);
	assert_string_equal(first->path, plus);
	assert_string_equal(first->patches[0], "a.patch");
	assert_string_equal(second->path, at);
	assert_string_equal(second->revision, "v6.12");
	g_rmdir(plus);
	g_rmdir(at);
	g_rmdir(root);
}

/* And patches in them. */
static void test_odd_patches(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench+spec-XXXXXX", NULL);
	g_autofree char *one = g_build_filename(root, "0001+x.patch", NULL);
	g_autofree char *text = g_strdup_printf("6.12+%s+a.patch+%s", one, one);
	g_autoptr(pb_kernel_spec) spec = NULL;

	(void)state;
	assert_true(g_file_set_contents(one, "", 0, NULL));
	spec = parse(text);
	assert_string_equal(spec->base, "6.12");
	assert_int_equal(g_strv_length(spec->patches), 3);
	assert_string_equal(spec->patches[0], one);
	assert_string_equal(spec->patches[1], "a.patch");
	assert_string_equal(spec->patches[2], one);
	g_unlink(one);
	g_rmdir(root);
}

static void test_refused(void **state)
{
	(void)state;
	refused("", "names no kernel");
	refused("+a.patch", "names no kernel");
	refused("@v6.12", "names no kernel");
	refused("6.12+", "no patch after it");
	refused("6.12++a.patch", "no patch after it");
	refused("/src/linux@", "nothing after the @");
	refused("linux/mm", "is no kernel");
	refused("6.12@v6.12", "is no kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_revisions),	cmocka_unit_test(test_patches),
		cmocka_unit_test(test_odd_directories), cmocka_unit_test(test_odd_patches),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
