/* The kernels of a release: their names, what is refused before anything is built, how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "lab/release/kernels.h"
#include "reports/error.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define CONFIGS PINBENCH_SOURCE_DIR "/configs"

static const char patch_text[] = "Subject: [PATCH] mm: x\n\n---\n--- a/mm/gup.c\n+++ b/mm/gup.c\n"
				 "@@ -1,1 +1,2 @@\n+/* x */\n one\n";

static const struct pb_release_kernel *kernel_at(const GPtrArray *kernels, guint i)
{
	return kernels->pdata[i];
}

static GPtrArray *make(void **state, const char *const *specs)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *kernels = NULL;

	if (pb_release_kernels_make(specs, CONFIGS, *state, &kernels, &error))
		fail_msg("%s", error->message);
	return kernels;
}

/* @state: the scratch folder, whose path stands for each $ of the specs. */
static void refused(void **state, const char *const *specs, const char *word)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	GPtrArray *kernels = NULL;

	for (; *specs; specs++) {
		g_auto(GStrv) parts = g_strsplit(*specs, "$", -1);

		g_ptr_array_add(all, g_strjoinv(*state, parts));
	}
	g_ptr_array_add(all, NULL);
	assert_int_not_equal(pb_release_kernels_make((const char *const *)all->pdata, CONFIGS,
						     *state, &kernels, &error),
			     0);
	assert_null(kernels);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){word, NULL});
}

static char *make_tree(void **state, const char *name)
{
	static const char *const files[] = {"Makefile", "Kconfig", "scripts/Kconfig.include"};

	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(name, files[i], NULL);

		g_free(scratch_write(state, path,
				     "VERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 0\n"
				     "EXTRAVERSION =\n"));
	}
	return scratch_path(state, name);
}

static void test_names(void **state)
{
	g_autofree char *one = scratch_write(state, "a/fix it.patch", patch_text);
	g_autofree char *two = scratch_write(state, "b/fix it.patch", patch_text);
	g_autofree char *tree = make_tree(state, "src/.li nux");
	g_autofree char *first = g_strconcat("6.12+", one, NULL);
	g_autofree char *second = g_strconcat("6.12+", two, NULL);
	g_autofree char *both = g_strconcat("6.1+", one, "+", two, NULL);
	g_autofree char *in = scratch_path(state, "6.12+fix-it.patch-2");
	g_autoptr(GPtrArray) kernels =
		make(state, (const char *[]){"6.12", first, second, both, tree, NULL});

	assert_int_equal(kernels->len, 5);
	assert_string_equal(kernel_at(kernels, 0)->name, "6.12");
	assert_string_equal(kernel_at(kernels, 1)->name, "6.12+fix-it.patch");
	assert_string_equal(kernel_at(kernels, 2)->name, "6.12+fix-it.patch-2");
	assert_string_equal(kernel_at(kernels, 2)->result, in);
	assert_string_equal(kernel_at(kernels, 2)->spec->text, second);
	assert_string_equal(kernel_at(kernels, 3)->name, "6.1+fix-it.patch+fix-it.patch");
	assert_string_equal(kernel_at(kernels, 4)->name, "li-nux");
	assert_int_equal(kernel_at(kernels, 4)->outcome, PB_RELEASE_MISSING);
}

/* It is no folder's name, and a long one is cut. */
static void test_odd_names(void **state)
{
	g_autofree char *tree = make_tree(state, "release.json");
	g_autofree char *dots = make_tree(state, "x/..--");
	g_autofree char *leaf = g_strnfill(240, 'n');
	g_autofree char *path = scratch_write(state, leaf, patch_text);
	g_autofree char *patched = g_strconcat("6.12+", path, NULL);
	g_autoptr(GPtrArray) kernels = make(state, (const char *[]){tree, dots, patched, NULL});

	assert_string_equal(kernel_at(kernels, 0)->name, "release.json-2");
	assert_string_equal(kernel_at(kernels, 1)->name, "kernel");
	assert_true(strlen(kernel_at(kernels, 2)->name) <= 100);
}

static void test_refused(void **state)
{
	g_autofree char *tree = make_tree(state, "linux");
	g_autofree char *patch = scratch_write(state, "fix.patch", patch_text);
	g_autofree char *text = scratch_write(state, "no.patch", "no diff\n");

	refused(state, (const char *[]){"6.12", "9.9", NULL}, "9.9");
	refused(state, (const char *[]){"6.12", "host", NULL}, "host");
	refused(state, (const char *[]){"tree", NULL}, "/path/to/linux");
	refused(state, (const char *[]){"$/nowhere", NULL}, "nowhere");
	refused(state, (const char *[]){"$/linux@v1", NULL}, "v1");
	refused(state, (const char *[]){"6.12+$/none.patch", NULL}, "none.patch");
	refused(state, (const char *[]){"6.12+$/no.patch", NULL}, "no.patch");
	refused(state, (const char *[]){"", NULL}, "6.12");
}

/* However they are written. */
static void test_twice(void **state)
{
	g_autofree char *tree = make_tree(state, "linux");
	g_autofree char *patch = scratch_write(state, "fix.patch", patch_text);

	refused(state, (const char *[]){"6.1", "6.12", "6.1", NULL}, "one kernel");
	refused(state, (const char *[]){"$/linux", "$/./linux/", NULL}, "one kernel");
	refused(state, (const char *[]){"6.1+$/fix.patch", "6.1+$/../$/fix.patch", NULL}, "fix");
}

/* Takes @root, the result; NULL: there is none. */
static struct pb_release_kernel settled_as(void **state, int err, json_t *root)
{
	struct pb_release_kernel kernel = {.name = "6.12", .result = scratch_path(state, "6.12")};
	GError *why = NULL;

	if (root)
		pb_result_free(sample_load(state, "6.12", root));
	if (err)
		pb_fail(&why, -err, PB_EXIT_ENVIRONMENT, "it broke");
	pb_release_kernel_settle(&kernel, err, root != NULL, why);
	return kernel;
}

static struct pb_release_kernel settled(void **state, int err, bool saved)
{
	return settled_as(state, err, saved ? sample_root() : NULL);
}

static json_t *no_boot(void)
{
	json_t *root = sample_root(), *one;
	size_t i;

	json_array_foreach (sample_at(root, "cases"), i, one) {
		json_object_set_new(one, "outcome", json_string("fail"));
		json_object_set_new(one, "reason", json_string("oops"));
		json_object_set_new(one, "metrics", json_array());
	}
	return root;
}

static void drop(struct pb_release_kernel *kernel)
{
	g_free(kernel->result);
	g_free(kernel->reason);
	g_free(kernel->release);
}

static void test_ends(void **state)
{
	struct pb_release_kernel k = settled(state, 0, true);

	assert_int_equal(k.outcome, PB_RELEASE_OK);
	assert_true(k.measured && k.saved);
	assert_string_equal(k.release, "6.12.117");
	assert_null(k.reason);
	drop(&k);
	/* Cases failed, or the guest: its console is named. */
	k = settled(state, -EIO, true);
	assert_int_equal(k.outcome, PB_RELEASE_FAILED);
	assert_true(k.measured);
	assert_non_null(strstr(k.reason, "it broke"));
	assert_non_null(strstr(k.reason, "6.12/console-3.log"));
	drop(&k);
	/* It did not boot: that is in the history, too. */
	k = settled_as(state, -EIO, no_boot());
	assert_true(k.finished && !k.measured);
	drop(&k);
	k = settled(state, -EIO, false);
	assert_int_equal(k.outcome, PB_RELEASE_FAILED);
	assert_false(k.measured || k.saved);
	assert_string_equal(k.reason, "it broke");
	drop(&k);
	k = settled(state, -EINTR, true);
	assert_int_equal(k.outcome, PB_RELEASE_INTERRUPTED);
	assert_true(k.saved && !k.measured);
	assert_non_null(strstr(k.reason, "history add"));
	drop(&k);
}

static void test_json(void **state)
{
	g_autoptr(GPtrArray) kernels = make(state, (const char *[]){"6.1", "6.12", NULL});
	GError *why = NULL;
	json_t *all;

	pb_fail(&why, EIO, PB_EXIT_ENVIRONMENT, "not \xff text");
	pb_release_kernel_settle(kernels->pdata[1], -EIO, false, why);
	all = pb_release_kernels_json(kernels);
	assert_string_equal(json_string_value(sample_at(all, "0.outcome")), "missing");
	assert_true(json_is_null(sample_at(all, "0.directory")));
	assert_true(json_is_null(sample_at(all, "0.reason")));
	assert_string_equal(json_string_value(sample_at(all, "1.outcome")), "fail");
	assert_non_null(strstr(json_string_value(sample_at(all, "1.reason")), "not "));
	assert_string_equal(json_string_value(sample_at(all, "1.spec")), "6.12");
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_names), IN_SCRATCH(test_odd_names), IN_SCRATCH(test_refused),
		IN_SCRATCH(test_twice), IN_SCRATCH(test_ends),	    IN_SCRATCH(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
