/*
 * Kernels from a user's own tree: what is read of it, that it is never touched, and what
 * is refused and how.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "kernel_fixture.h"
#include "lab/kernel/cache/list.h"
#include "lab/util/files.h"

static void test_dirty_tree_is_read_and_left_alone(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) clean = kernel_get(fixture, "");
	g_autoptr(pb_kernel) dirty = NULL;
	g_autoptr(pb_kernel) product = NULL;
	g_autofree char *before = NULL, *after = NULL;

	kernel_put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	kernel_put(fixture->tree, "new.c", "\n");
	before = kernel_snapshot(fixture);
	dirty = kernel_get(fixture, "");
	after = kernel_snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_not_equal(dirty->key, clean->key);
	assert_string_not_equal(dirty->text_sha256, clean->text_sha256);
	/* What .gitignore names is a product of the user's own builds. */
	kernel_put(fixture->tree, "mine.o", "object");
	kernel_put(fixture->tree, ".config", "CONFIG_MINE=y\n");
	product = kernel_get(fixture, "");
	assert_string_equal(product->key, dirty->key);
	/* But what is tracked counts, whatever .gitignore says. */
	kernel_put(fixture->tree, "tracked-all-the-same", "2\n");
	pb_kernel_free(g_steal_pointer(&product));
	product = kernel_get(fixture, "");
	assert_string_not_equal(product->key, dirty->key);
}

static void test_revision(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *unknown = g_strconcat(fixture->tree, "@v9.9", NULL);
	g_autoptr(pb_kernel) head = NULL;
	g_autoptr(pb_kernel) clean = kernel_get(fixture, "");
	g_autofree char *before = NULL, *after = NULL;

	kernel_put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	before = kernel_snapshot(fixture);
	head = kernel_get(fixture, "@HEAD");
	kernel_refused(fixture, unknown, -EINVAL, PB_EXIT_USAGE, "has no revision \"v9.9\"");
	after = kernel_snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_equal(head->key, clean->key);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 1);
}

/* From the objects of a repository that nothing was read from before. */
static void test_revision_alone(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = NULL;
	g_autoptr(pb_kernel) second = NULL;
	g_autoptr(pb_kernel) below = NULL;
	g_autofree char *before = NULL, *after = NULL;

	kernel_put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	kernel_git(fixture, "commit", "--quiet", "-a", "-m", "second", NULL);
	before = kernel_snapshot(fixture);
	first = kernel_get(fixture, "@HEAD~1");
	second = kernel_get(fixture, "@HEAD");
	after = kernel_snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_not_equal(first->text_sha256, second->text_sha256);
	below = kernel_get(fixture, "");
	assert_string_equal(below->key, second->key);
}

static void test_tree_without_git(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *spec = g_strconcat(fixture->tree, "@HEAD", NULL);
	g_autoptr(pb_kernel) without = NULL;
	g_autoptr(pb_kernel) with = NULL;

	kernel_git(fixture, "rm", "--quiet", "--force", "tracked-all-the-same", NULL);
	with = kernel_get(fixture, "");
	kernel_away(fixture->tree, ".git");
	without = kernel_get(fixture, "");
	assert_string_equal(with->key, without->key);
	kernel_refused(fixture, spec, -EINVAL, PB_EXIT_USAGE, "is no git repository");
}

/* Debian's sources come with a .gitignore that hides all of them. */
static void test_hidden_by_gitignore(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) tracked = NULL;
	g_autoptr(pb_kernel) bare = NULL;
	g_autoptr(pb_kernel) changed = NULL;

	kernel_put(fixture->tree, ".gitignore", "/*\n");
	tracked = kernel_get(fixture, "");
	kernel_away(fixture->tree, ".git");
	/* Another place, as the index of the first knows the files. */
	{
		g_autofree char *other = g_strconcat(fixture->tree, "-unpacked", NULL);

		assert_int_equal(pb_copy_tree(fixture->tree, other, false, NULL), 0);
		bare = kernel_get(fixture, "-unpacked");
		assert_string_equal(bare->key, tracked->key);
		kernel_put(other, ".config", "CONFIG_MINE=y\n");
		kernel_put(other, "mm/mine.o", "object");
		kernel_put(other, "mm/mine.c", "source");
		changed = kernel_get(fixture, "-unpacked");
		assert_string_not_equal(changed->key, bare->key);
		kernel_away(other, "mm/mine.c");
		pb_kernel_free(g_steal_pointer(&changed));
		changed = kernel_get(fixture, "-unpacked");
		assert_string_equal(changed->key, bare->key);
	}
}

static void test_broken_tree(void **state)
{
	const struct fixture *fixture = *state;

	kernel_put(fixture->tree, "code.c", "void start(void) { not C }\n");
	kernel_refused(fixture, fixture->tree, -EIO, PB_EXIT_USAGE, "code.c:1:20: error: ");
	/* Again, as the failure must not have left anything that is served. */
	kernel_refused(fixture, fixture->tree, -EIO, PB_EXIT_USAGE, ".log");
	/* The machine's fault is not the tree's. */
	kernel_put(fixture->tree, "code.c", "#error No space left on device\n");
	kernel_refused(fixture, fixture->tree, -EIO, PB_EXIT_ENVIRONMENT,
		       "No space left on device");
}

static void test_lost_options(void **state)
{
	const struct fixture *fixture = *state;

	kernel_put(fixture->tree, "absent", "CONFIG_FIRST=y\nCONFIG_SECOND=y\n");
	kernel_put(fixture->configs, "kernels/a.config", "CONFIG_FIRST=y\nCONFIG_SECOND=y\n");
	kernel_refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE,
		       "CONFIG_FIRST=y: this kernel has no such option");
	kernel_refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE,
		       "CONFIG_SECOND=y: it is off, as something that it depends on is");
}

static void commit(const struct fixture *fixture, const char *code)
{
	kernel_put(fixture->tree, "code.c", code);
	kernel_git(fixture, "add", "-A", NULL);
	kernel_git(fixture, "commit", "--quiet", "-m", "change", NULL);
}

/* What @suffix names, built by itself in a cache that has nothing else. */
static char *text_built_alone(const struct fixture *fixture, const char *suffix)
{
	g_autoptr(pb_kernel) kernel = NULL;
	guint removed;

	assert_int_equal(pb_kernel_remove(fixture->tree, NULL, &removed, NULL), -ENOENT);
	kernel = kernel_get(fixture, suffix);
	return g_strdup(kernel->text_sha256);
}

/* A revision begins with the objects of its neighbour, in either direction. */
static void test_near_revision(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *base = g_strconcat(fixture->tree, "@HEAD~1", NULL);
	g_autofree char *changed = g_strconcat(fixture->tree, "@HEAD", NULL);
	g_autofree char *base_text = NULL, *changed_text = NULL;
	g_autoptr(pb_kernel) again = NULL, other = NULL;
	guint removed = 0;

	commit(fixture, "void start(void) { __asm__(\"nop; nop\"); }\n");
	base_text = text_built_alone(fixture, "@HEAD~1");
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
	other = kernel_get(fixture, "@HEAD");
	changed_text = g_strdup(other->text_sha256);
	assert_string_not_equal(changed_text, base_text);
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
	assert_int_equal(pb_kernel_remove(base, NULL, &removed, NULL), 0);
	again = kernel_get(fixture, "@HEAD~1");
	assert_string_equal(again->text_sha256, base_text);
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 3);
	/* Built from nothing it is the same. */
	assert_int_equal(pb_kernel_remove(base, NULL, &removed, NULL), 0);
	assert_int_equal(pb_kernel_remove(changed, NULL, &removed, NULL), 0);
	pb_kernel_free(g_steal_pointer(&other));
	other = kernel_get(fixture, "@HEAD");
	assert_string_equal(other->text_sha256, changed_text);
	assert_int_equal(kernel_times_done(fixture, "first"), 2);
}

static void test_refused(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *patched = g_strconcat(fixture->tree, "+a.patch", NULL);
	g_autofree char *elsewhere = g_strconcat(fixture->tree, "-elsewhere", NULL);

	kernel_refused(fixture, "9.9", -ENOENT, PB_EXIT_USAGE, "no kernel is called \"9.9\"");
	kernel_refused(fixture, "host", -EINVAL, PB_EXIT_USAGE, "no source to build");
	kernel_refused(fixture, patched, -ENOENT, PB_EXIT_USAGE, "a.patch");
	kernel_refused(fixture, elsewhere, -ENOENT, PB_EXIT_USAGE, "there is no directory");
	kernel_refused(fixture, fixture->configs, -EINVAL, PB_EXIT_USAGE, "is no kernel tree");
	kernel_away(fixture->tree, "Kconfig");
	kernel_refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE, "it has no Kconfig");
	kernel_put(fixture->tree, "Makefile", "all:\n");
	kernel_refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE, "no VERSION and PATCHLEVEL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(test_dirty_tree_is_read_and_left_alone),
		KERNEL_TEST(test_revision),
		KERNEL_TEST(test_revision_alone),
		KERNEL_TEST(test_tree_without_git),
		KERNEL_TEST(test_hidden_by_gitignore),
		KERNEL_TEST(test_broken_tree),
		KERNEL_TEST(test_lost_options),
		KERNEL_TEST(test_near_revision),
		KERNEL_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
