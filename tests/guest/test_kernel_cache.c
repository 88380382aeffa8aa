/*
 * The kernel cache from end to end, with a "kernel" whose Makefile answers in
 * milliseconds: what is served, what is built again, what is refused and how, and
 * that a user's tree is never touched.
 *
 * The make of a kernel sees PATH, HOME and TMPDIR only, so the little Makefile is
 * steered through files in TMPDIR: `hold` makes it wait, and it writes down what it did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/kernel/build.h"
#include "lab/kernel/cache/list.h"
#include "lab/kernel/module.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

static const char makefile[] =
	"VERSION = 6\n"
	"PATCHLEVEL = 12\n"
	"allnoconfig:\n"
	"\tgrep -v -x -F -f absent $(KCONFIG_ALLCONFIG) > $(O)/.config || true\n"
	"olddefconfig:\n"
	"\ttrue\n"
	"vmlinux: $(O)/vmlinux\n"
	"modules: vmlinux\n"
	"$(O)/first.o:\n"
	"\t@echo '  CC      first.o'\n"
	"\techo first >> $(TMPDIR)/done\n"
	"\ttouch $@\n"
	"$(O)/vmlinux: $(O)/first.o\n"
	"\t@echo '  LD      vmlinux'\n"
	"\ttouch $(TMPDIR)/started\n"
	"\tif test -e $(TMPDIR)/stubborn; then trap '' TERM; fi; \\\n"
	"\twhile test -e $(TMPDIR)/hold; do sleep 0.02; done\n"
	"\tmkdir -p $(O)/include/config\n"
	"\techo 6.12.0-small > $(O)/include/config/kernel.release\n"
	"\techo vmlinux >> $(TMPDIR)/done\n"
	"\t$(CC) -nostdlib -static -Wl,-e,start -o $@ code.c\n";

struct fixture {
	char *root;
	char *tree;
	char *configs;
};

static void put(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	assert_int_equal(pb_make_directory(parent, NULL), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static bool there(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void away(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	assert_int_equal(pb_remove_tree(path, NULL), 0);
}

/* How often the little Makefile did @what. */
static int times_done(const struct fixture *fixture, const char *what)
{
	g_autofree char *path = g_build_filename(fixture->root, "tmp", "done", NULL);
	g_auto(GStrv) lines = NULL;
	char *text = NULL;
	int count = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	g_free(text);
	for (size_t i = 0; lines[i]; i++)
		count += !strcmp(lines[i], what);
	return count;
}

static void git(const struct fixture *fixture, const char *first, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct pb_command command = {.cwd = fixture->tree};
	va_list rest;

	for (const char *const *fixed =
		     (const char *[]){"git", "-c", "user.name=t", "-c", "user.email=t@t", NULL};
	     *fixed; fixed++)
		g_ptr_array_add(argv, (char *)*fixed);
	va_start(rest, first);
	for (const char *word = first; word; word = va_arg(rest, const char *))
		g_ptr_array_add(argv, (char *)word);
	va_end(rest);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
}

/* Everything about the tree but the times of reading; ctime stands for the contents too. */
static char *snapshot(const struct fixture *fixture)
{
	const char *const argv[] = {"find", ".", "-printf", "%p %y %m %U %T@ %C@ %s %i %l\\n",
				    NULL};
	struct pb_command command = {.argv = argv, .cwd = fixture->tree};
	char *output = NULL;

	assert_int_equal(pb_command_run(&command, &output, NULL), 0);
	return output;
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	g_autofree char *cache = NULL, *tmp = NULL;

	fixture->root = g_dir_make_tmp("pinbench-kernel-XXXXXX", NULL);
	fixture->tree = g_build_filename(fixture->root, "linux", NULL);
	fixture->configs = g_build_filename(fixture->root, "configs", NULL);
	cache = g_build_filename(fixture->root, "cache", NULL);
	tmp = g_build_filename(fixture->root, "tmp", NULL);
	g_setenv("PINBENCH_CACHE", cache, TRUE);
	g_setenv("TMPDIR", tmp, TRUE);
	assert_int_equal(pb_make_directory(tmp, NULL), 0);
	put(fixture->configs, "kernels/tree.ini",
	    "[config]\nfragments=a.config\noptional=b.config\n");
	put(fixture->configs, "kernels/a.config", "CONFIG_FIRST=y\n");
	put(fixture->configs, "kernels/b.config", "CONFIG_SOMETIMES=y\n");
	put(fixture->tree, "Makefile", makefile);
	put(fixture->tree, "Kconfig", "config SECOND\n");
	put(fixture->tree, "absent", "CONFIG_SOMETIMES=y\n");
	put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop\"); }\n");
	put(fixture->tree, ".gitignore", "*.o\n.config\ntracked-all-the-same\n");
	put(fixture->tree, "tracked-all-the-same", "1\n");
	git(fixture, "init", "--quiet", NULL);
	git(fixture, "add", "--all", NULL);
	git(fixture, "add", "--force", "tracked-all-the-same", NULL);
	git(fixture, "commit", "--quiet", "-m", "first", NULL);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	int r;

	g_unsetenv("TMPDIR");
	r = pb_remove_tree(fixture->root, NULL);
	g_free(fixture->root);
	g_free(fixture->tree);
	g_free(fixture->configs);
	g_free(fixture);
	return r;
}

/* The kernel of the tree, or of it with @suffix ("@HEAD"), which must build. */
static struct pb_kernel *get(const struct fixture *fixture, const char *suffix)
{
	g_autofree char *spec = g_strconcat(fixture->tree, suffix, NULL);
	struct pb_kernel *kernel = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_kernel_get(spec, fixture->configs, 0, NULL, &kernel, &error))
		fail_msg("%s: %s", spec, error->message);
	assert_string_equal(kernel->spec, spec);
	return kernel;
}

static void refused(const struct fixture *fixture, const char *spec, int r, enum pb_exit code,
		    const char *because)
{
	g_autoptr(GError) error = NULL;
	struct pb_kernel *kernel = NULL;

	assert_int_equal(pb_kernel_get(spec, fixture->configs, 0, NULL, &kernel, &error), r);
	assert_null(kernel);
	assert_int_equal(error->code, code);
	if (!strstr(error->message, because))
		fail_msg("\"%s\" is not in: %s", because, error->message);
}

static void test_build_and_serve(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = get(fixture, "");
	g_autoptr(pb_kernel) second = get(fixture, "");

	assert_int_equal(times_done(fixture, "vmlinux"), 1);
	assert_string_equal(first->key, second->key);
	assert_string_equal(first->release, "6.12.0-small");
	assert_string_equal(second->text_sha256, first->text_sha256);
	assert_string_equal(second->vmlinux, first->vmlinux);
	assert_string_equal(second->origin, fixture->tree);
	assert_int_equal(g_strv_length(second->dropped), 1);
	assert_string_equal(second->dropped[0], "CONFIG_SOMETIMES=y");
	assert_true(g_file_test(first->config, G_FILE_TEST_EXISTS));
}

static void test_dirty_tree_is_read_and_left_alone(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) clean = get(fixture, "");
	g_autoptr(pb_kernel) dirty = NULL;
	g_autoptr(pb_kernel) product = NULL;
	g_autofree char *before = NULL, *after = NULL;

	put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	put(fixture->tree, "new.c", "\n");
	before = snapshot(fixture);
	dirty = get(fixture, "");
	after = snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_not_equal(dirty->key, clean->key);
	assert_string_not_equal(dirty->text_sha256, clean->text_sha256);
	/* What .gitignore names is a product of the user's own builds. */
	put(fixture->tree, "mine.o", "object");
	put(fixture->tree, ".config", "CONFIG_MINE=y\n");
	product = get(fixture, "");
	assert_string_equal(product->key, dirty->key);
	/* But what is tracked counts, whatever .gitignore says. */
	put(fixture->tree, "tracked-all-the-same", "2\n");
	pb_kernel_free(g_steal_pointer(&product));
	product = get(fixture, "");
	assert_string_not_equal(product->key, dirty->key);
}

static void test_revision(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *unknown = g_strconcat(fixture->tree, "@v9.9", NULL);
	g_autoptr(pb_kernel) head = NULL;
	g_autoptr(pb_kernel) clean = get(fixture, "");
	g_autofree char *before = NULL, *after = NULL;

	put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	before = snapshot(fixture);
	head = get(fixture, "@HEAD");
	refused(fixture, unknown, -EINVAL, PB_EXIT_USAGE, "has no revision \"v9.9\"");
	after = snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_equal(head->key, clean->key);
	assert_int_equal(times_done(fixture, "vmlinux"), 1);
}

/* From the objects of a repository that nothing was read from before. */
static void test_revision_alone(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = NULL;
	g_autoptr(pb_kernel) second = NULL;
	g_autoptr(pb_kernel) below = NULL;
	g_autofree char *before = NULL, *after = NULL;

	put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop; nop\"); }\n");
	git(fixture, "commit", "--quiet", "-a", "-m", "second", NULL);
	before = snapshot(fixture);
	first = get(fixture, "@HEAD~1");
	second = get(fixture, "@HEAD");
	after = snapshot(fixture);
	assert_string_equal(before, after);
	assert_string_not_equal(first->text_sha256, second->text_sha256);
	below = get(fixture, "");
	assert_string_equal(below->key, second->key);
}

static void test_tree_without_git(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *spec = g_strconcat(fixture->tree, "@HEAD", NULL);
	g_autoptr(pb_kernel) without = NULL;
	g_autoptr(pb_kernel) with = NULL;

	git(fixture, "rm", "--quiet", "--force", "tracked-all-the-same", NULL);
	with = get(fixture, "");
	away(fixture->tree, ".git");
	without = get(fixture, "");
	assert_string_equal(with->key, without->key);
	refused(fixture, spec, -EINVAL, PB_EXIT_USAGE, "is no git repository");
}

/* Debian's sources come with a .gitignore that hides all of them. */
static void test_hidden_by_gitignore(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) tracked = NULL;
	g_autoptr(pb_kernel) bare = NULL;
	g_autoptr(pb_kernel) changed = NULL;

	put(fixture->tree, ".gitignore", "/*\n");
	tracked = get(fixture, "");
	away(fixture->tree, ".git");
	/* Another place, as the index of the first knows the files. */
	{
		g_autofree char *other = g_strconcat(fixture->tree, "-unpacked", NULL);

		assert_int_equal(pb_copy_tree(fixture->tree, other, false, NULL), 0);
		bare = get(fixture, "-unpacked");
		assert_string_equal(bare->key, tracked->key);
		put(other, ".config", "CONFIG_MINE=y\n");
		put(other, "mm/mine.o", "object");
		put(other, "mm/mine.c", "source");
		changed = get(fixture, "-unpacked");
		assert_string_not_equal(changed->key, bare->key);
		away(other, "mm/mine.c");
		pb_kernel_free(g_steal_pointer(&changed));
		changed = get(fixture, "-unpacked");
		assert_string_equal(changed->key, bare->key);
	}
}

static void test_broken_tree(void **state)
{
	const struct fixture *fixture = *state;

	put(fixture->tree, "code.c", "void start(void) { not C }\n");
	refused(fixture, fixture->tree, -EIO, PB_EXIT_USAGE, "code.c:1:20: error: ");
	/* Again, as the failure must not have left anything that is served. */
	refused(fixture, fixture->tree, -EIO, PB_EXIT_USAGE, "build.log");
	/* The machine's fault is not the tree's. */
	put(fixture->tree, "code.c", "#error No space left on device\n");
	refused(fixture, fixture->tree, -EIO, PB_EXIT_ENVIRONMENT, "No space left on device");
}

static void test_lost_options(void **state)
{
	const struct fixture *fixture = *state;

	put(fixture->tree, "absent", "CONFIG_FIRST=y\nCONFIG_SECOND=y\n");
	put(fixture->configs, "kernels/a.config", "CONFIG_FIRST=y\nCONFIG_SECOND=y\n");
	refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE,
		"CONFIG_FIRST=y: this kernel has no such option");
	refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE,
		"CONFIG_SECOND=y: it is off, as something that it depends on is");
}

static void test_refused(void **state)
{
	const struct fixture *fixture = *state;
	g_autofree char *patched = g_strconcat(fixture->tree, "+a.patch", NULL);
	g_autofree char *elsewhere = g_strconcat(fixture->tree, "-elsewhere", NULL);

	refused(fixture, "9.9", -ENOENT, PB_EXIT_USAGE, "no kernel is called \"9.9\"");
	refused(fixture, "host", -EINVAL, PB_EXIT_USAGE, "no source to build");
	refused(fixture, patched, -ENOTSUP, PB_EXIT_USAGE, "a.patch");
	refused(fixture, elsewhere, -ENOENT, PB_EXIT_USAGE, "there is no directory");
	refused(fixture, fixture->configs, -EINVAL, PB_EXIT_USAGE, "is no kernel tree");
	away(fixture->tree, "Kconfig");
	refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE, "it has no Kconfig");
	put(fixture->tree, "Makefile", "all:\n");
	refused(fixture, fixture->tree, -EINVAL, PB_EXIT_USAGE, "no VERSION and PATCHLEVEL");
}

/* A process of its own that gets the kernel and says by its exit code what came of it. */
static pid_t get_aside(const struct fixture *fixture)
{
	pid_t child = fork();

	if (!child) {
		g_autoptr(GError) error = NULL;
		struct pb_kernel *kernel = NULL;

		pb_signals_install();
		_exit(pb_kernel_get(fixture->tree, fixture->configs, 0, NULL, &kernel, &error)
			      ? error->code
			      : PB_EXIT_OK);
	}
	return child;
}

static void wait_until_started(const struct fixture *fixture)
{
	for (int i = 0; i < 3000; i++) {
		if (there(fixture->root, "tmp/started"))
			return;
		g_usleep(10000);
	}
	fail_msg("the build did not start within 30 seconds");
}

static void assert_incomplete(void)
{
	g_autoptr(GPtrArray) entries = NULL;
	const struct pb_kernel_entry *entry;

	assert_int_equal(pb_kernel_list(&entries, NULL), 0);
	assert_int_equal(entries->len, 1);
	entry = entries->pdata[0];
	assert_false(entry->complete);
	assert_null(entry->release);
}

static void interrupted_by(const struct fixture *fixture, int number, int *ret_status)
{
	pid_t child;

	put(fixture->root, "tmp/hold", "");
	child = get_aside(fixture);
	wait_until_started(fixture);
	assert_int_equal(kill(child, number), 0);
	assert_int_equal(waitpid(child, ret_status, 0), child);
	assert_incomplete();
	away(fixture->root, "tmp/hold");
}

static void test_killed_build_goes_on(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = NULL;
	int status;

	interrupted_by(fixture, SIGKILL, &status);
	assert_true(WIFSIGNALED(status));
	kernel = get(fixture, "");
	/* What was done before the kill is not done again, and nothing twice. */
	assert_int_equal(times_done(fixture, "first"), 1);
	assert_int_equal(times_done(fixture, "vmlinux"), 1);
}

/* A compiler that outlives its pinbench still writes; the next one must not write beside it. */
static void test_orphans_are_waited_for(void **state)
{
	const struct fixture *fixture = *state;
	int status;
	pid_t next;

	put(fixture->root, "tmp/stubborn", "");
	put(fixture->root, "tmp/hold", "");
	next = get_aside(fixture);
	wait_until_started(fixture);
	assert_int_equal(kill(next, SIGKILL), 0);
	assert_int_equal(waitpid(next, &status, 0), next);
	away(fixture->root, "tmp/started");
	next = get_aside(fixture);
	g_usleep(500000);
	assert_false(there(fixture->root, "tmp/started"));
	away(fixture->root, "tmp/hold");
	assert_int_equal(waitpid(next, &status, 0), next);
	assert_int_equal(status, 0);
	assert_int_equal(times_done(fixture, "vmlinux"), 1);
}

static void test_interrupted_build_says_so(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = NULL;
	int status;

	interrupted_by(fixture, SIGINT, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PB_EXIT_INTERRUPTED);
	kernel = get(fixture, "");
	assert_int_equal(times_done(fixture, "first"), 1);
}

static void test_two_at_once_build_once(void **state)
{
	const struct fixture *fixture = *state;
	pid_t children[2];
	int status;

	put(fixture->root, "tmp/hold", "");
	children[0] = get_aside(fixture);
	wait_until_started(fixture);
	children[1] = get_aside(fixture);
	g_usleep(300000);
	assert_int_equal(waitpid(children[1], &status, WNOHANG), 0);
	away(fixture->root, "tmp/hold");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(times_done(fixture, "vmlinux"), 1);
}

static void test_damage_is_built_again(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = get(fixture, "");
	g_autoptr(pb_kernel) second = NULL;
	g_autoptr(pb_kernel) third = NULL;

	away(first->build, "vmlinux");
	second = get(fixture, "");
	assert_int_equal(times_done(fixture, "vmlinux"), 2);
	put(second->build, "vmlinux", "short");
	third = get(fixture, "");
	assert_int_equal(times_done(fixture, "vmlinux"), 3);
	assert_string_equal(first->vmlinux_sha256, third->vmlinux_sha256);
}

static void test_list_and_remove(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = get(fixture, "");
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GError) error = NULL;
	const struct pb_kernel_entry *entry;
	guint removed = 0;

	assert_int_equal(pb_kernel_list(&entries, NULL), 0);
	assert_int_equal(entries->len, 1);
	entry = entries->pdata[0];
	assert_true(entry->complete);
	assert_string_equal(entry->spec, fixture->tree);
	assert_true(entry->bytes > 0);
	assert_int_equal(pb_kernel_remove("9.9", NULL, &removed, &error), -ENOENT);
	assert_int_equal(pb_kernel_remove(fixture->tree, NULL, &removed, NULL), 0);
	assert_int_equal(removed, 1);
	assert_false(there(fixture->root, "cache/kernels/0") ||
		     g_file_test(kernel->directory, G_FILE_TEST_EXISTS));
	pb_kernel_free(g_steal_pointer(&kernel));
	kernel = get(fixture, "");
	assert_int_equal(times_done(fixture, "vmlinux"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_build_and_serve),
		TEST(test_dirty_tree_is_read_and_left_alone),
		TEST(test_revision),
		TEST(test_revision_alone),
		TEST(test_tree_without_git),
		TEST(test_hidden_by_gitignore),
		TEST(test_broken_tree),
		TEST(test_lost_options),
		TEST(test_refused),
		TEST(test_killed_build_goes_on),
		TEST(test_orphans_are_waited_for),
		TEST(test_interrupted_build_says_so),
		TEST(test_two_at_once_build_once),
		TEST(test_damage_is_built_again),
		TEST(test_list_and_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
