/* Files of the lab: locks exclude, writes are whole, hashes do not collide, removal stays inside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/util/files.h"
#include "lab/util/process.h"
#include "lab/util/unused.h"
#include "reports/error.h"

static int set_up(void **state)
{
	*state = g_dir_make_tmp("pinbench-files-XXXXXX", NULL);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	int r = pb_remove_tree(*state, NULL);

	g_free(*state);
	return r;
}

static char *in(void **state, const char *name)
{
	return g_build_filename(*state, name, NULL);
}

static void test_write_atomic(void **state)
{
	g_autofree char *path = in(state, "stamp");
	g_autofree char *nowhere = in(state, "absent/stamp");
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_write_atomic(path, "one", NULL), 0);
	assert_int_equal(pb_write_atomic(path, "two", NULL), 0);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "two");
	assert_int_equal(pb_write_atomic(nowhere, "x", &error), -ENOENT);
	assert_non_null(strstr(error->message, "absent"));
}

static void test_hash_list(void **state)
{
	g_autofree char *one = pb_sha256_strings((const char *[]){"ab", "c", NULL});
	g_autofree char *two = pb_sha256_strings((const char *[]){"a", "bc", NULL});
	g_autofree char *three = pb_sha256_strings((const char *[]){"ab", "c", "", NULL});
	g_autofree char *again = pb_sha256_strings((const char *[]){"ab", "c", NULL});

	(void)state;
	assert_string_not_equal(one, two);
	assert_string_not_equal(one, three);
	assert_string_equal(one, again);
	assert_int_equal(strlen(one), 64);
}

static void test_hash_files(void **state)
{
	g_autofree char *path = in(state, "file");
	g_autofree char *hex = NULL, *before = NULL, *after = NULL;

	assert_int_equal(pb_write_atomic(path, "abc", NULL), 0);
	assert_int_equal(pb_sha256_file(path, &hex, NULL), 0);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(pb_sha256_tree(*state, &before, NULL), 0);
	assert_int_equal(pb_write_atomic(path, "abd", NULL), 0);
	assert_int_equal(pb_sha256_tree(*state, &after, NULL), 0);
	assert_string_not_equal(before, after);
}

static void test_remove_tree(void **state)
{
	g_autofree char *outside = in(state, "outside");
	g_autofree char *kept = in(state, "outside/kept");
	g_autofree char *tree = in(state, "tree");
	g_autofree char *inner = in(state, "tree/locked/inner");
	g_autofree char *locked = in(state, "tree/locked");
	g_autofree char *link = in(state, "tree/link");
	g_autofree char *alias = in(state, "alias");

	assert_int_equal(pb_make_directory(outside, NULL), 0);
	assert_int_equal(pb_write_atomic(kept, "", NULL), 0);
	assert_int_equal(pb_make_directory(inner, NULL), 0);
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(symlink(outside, alias), 0);
	assert_int_equal(chmod(locked, 0500), 0);
	assert_int_equal(pb_remove_tree(tree, NULL), 0);
	assert_int_equal(pb_remove_tree(alias, NULL), 0);
	assert_false(g_file_test(tree, G_FILE_TEST_EXISTS));
	assert_false(g_file_test(alias, G_FILE_TEST_IS_SYMLINK));
	assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
	assert_int_equal(pb_remove_tree(tree, NULL), 0);
}

static void test_copy_tree(void **state)
{
	g_autofree char *from = in(state, "from");
	g_autofree char *script = in(state, "from/script");
	g_autofree char *link = in(state, "from/link");
	g_autofree char *linked = in(state, "linked");
	g_autofree char *copied = in(state, "copied");
	g_autofree char *linked_script = in(state, "linked/script");
	g_autofree char *copied_script = in(state, "copied/script");
	g_autofree char *copied_link = in(state, "copied/link");
	struct stat original, hard, copy;

	assert_int_equal(pb_make_directory(from, NULL), 0);
	assert_int_equal(pb_write_atomic(script, "#!/bin/sh\n", NULL), 0);
	assert_int_equal(chmod(script, 0755), 0);
	assert_int_equal(symlink("script", link), 0);
	assert_int_equal(pb_copy_tree(from, linked, true, NULL), 0);
	assert_int_equal(pb_copy_tree(from, copied, false, NULL), 0);
	assert_int_equal(stat(script, &original), 0);
	assert_int_equal(stat(linked_script, &hard), 0);
	assert_int_equal(stat(copied_script, &copy), 0);
	assert_true(original.st_ino == hard.st_ino);
	assert_true(original.st_ino != copy.st_ino);
	assert_int_equal(copy.st_mode & 0777, 0755);
	assert_true(g_file_test(copied_link, G_FILE_TEST_IS_SYMLINK));
}

static void test_space(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_require_space(*state, 1, NULL), 0);
	assert_int_equal(pb_require_space(*state, G_MAXUINT64, &error), -ENOSPC);
	assert_int_equal(error->code, PB_EXIT_ENVIRONMENT);
	assert_non_null(strstr(error->message, *state));
}

static void test_cache_root(void **state)
{
	g_autofree char *plain = in(state, "cache"), *spaced = in(state, "my cache");
	g_autofree char *path = NULL, *none = NULL;
	g_autoptr(GError) error = NULL;

	g_setenv("PINBENCH_CACHE", plain, TRUE);
	assert_int_equal(pb_cache_root(&path, NULL), 0);
	assert_string_equal(path, plain);
	g_setenv("PINBENCH_CACHE", spaced, TRUE);
	assert_int_equal(pb_cache_root(&none, &error), -EINVAL);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	g_unsetenv("PINBENCH_CACHE");
}

/* Every process adds one to a number that it reads, waits, and writes. */
static void count_up(const char *lock_path, const char *number_path)
{
	for (int i = 0; i < 20; i++) {
		g_autoptr(pb_lock) lock = NULL;
		g_autofree char *text = NULL, *next = NULL;

		if (pb_lock_acquire(lock_path, NULL, &lock, NULL) ||
		    !g_file_get_contents(number_path, &text, NULL, NULL))
			_exit(1);
		g_usleep(500);
		next = g_strdup_printf("%d", atoi(text) + 1);
		if (!g_file_set_contents(number_path, next, -1, NULL))
			_exit(1);
	}
	_exit(0);
}

static void test_lock_excludes(void **state)
{
	g_autofree char *lock_path = in(state, "locks/number"), *number = in(state, "number");
	g_autofree char *text = NULL;
	int status;

	assert_int_equal(pb_write_atomic(number, "0", NULL), 0);
	for (int i = 0; i < 2; i++)
		if (!fork())
			count_up(lock_path, number);
	for (int i = 0; i < 2; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_true(g_file_get_contents(number, &text, NULL, NULL));
	assert_string_equal(text, "40");
}

static void test_lock_waits_audibly(void **state)
{
	g_autofree char *path = in(state, "lock"), *log_path = in(state, "log");
	g_autofree char *text = NULL;
	g_autofree char *expected = g_strdup_printf("pid %d", getpid());
	struct pb_lock *lock = NULL;
	int status;
	pid_t child;

	assert_int_equal(pb_lock_acquire(path, NULL, &lock, NULL), 0);
	child = fork();
	if (!child) {
		FILE *log = fopen(log_path, "w");
		struct pb_progress *progress = pb_progress_new(log, PB_PROGRESS_PLAIN);
		struct pb_lock *second = NULL;

		pb_signals_install();
		_exit(pb_lock_acquire(path, progress, &second, NULL) == -EINTR ? 0 : 1);
	}
	while (!text || !strstr(text, expected)) {
		g_free(text);
		text = NULL;
		g_file_get_contents(log_path, &text, NULL, NULL);
		g_usleep(10000);
	}
	kill(child, SIGTERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	pb_lock_release(lock);
}

/* A folder that was last used @days ago. */
static void make_used(void **state, const char *name, int days)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - days * 86400}};
	g_autofree char *directory = in(state, name);
	g_autofree char *stamp = g_build_filename(directory, "used", NULL);

	g_mkdir(directory, 0755);
	pb_mark_used(directory, "used");
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, stamp, times, 0), 0);
}

static bool is_there(void **state, const char *name)
{
	g_autofree char *path = in(state, name);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void test_drop_unused(void **state)
{
	g_autofree char *unmarked = in(state, "unmarked");

	g_mkdir(unmarked, 0755);
	make_used(state, "today", 0);
	make_used(state, "week", 7);
	make_used(state, "month", 30);
	make_used(state, "year", 365);
	pb_drop_unused(*state, "used", 2);
	assert_true(is_there(state, "today") && is_there(state, "week"));
	assert_false(is_there(state, "month") || is_there(state, "year"));
	/* Nobody said how old it is; and what was used today stays, however many there are. */
	pb_drop_unused(*state, "used", 0);
	assert_true(is_there(state, "today") && is_there(state, "unmarked"));
	assert_false(is_there(state, "week"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write_atomic, set_up, tear_down),
		cmocka_unit_test(test_hash_list),
		cmocka_unit_test_setup_teardown(test_hash_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_remove_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_copy_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drop_unused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_space, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cache_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lock_excludes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lock_waits_audibly, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
