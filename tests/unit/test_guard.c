/* What pinbench changes of this machine is as it was afterwards, whatever ends pinbench. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/native/guard.h"
#include "reports/error.h"
#include "tests/unit/scratch.h"

#define LIMIT_SECONDS 2
/* More than are kept. */
#define MANY 40

static int prepare(void **state)
{
	/* A guard whose pinbench is dead comes here to be waited for. */
	if (scratch_make(state) || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return -1;
	g_free(scratch_write(state, "one", "old"));
	return 0;
}

static void expect(void **state, const char *name, const char *text)
{
	g_autofree char *path = scratch_path(state, name);
	g_autofree char *found = NULL;

	assert_true(g_file_get_contents(path, &found, NULL, NULL));
	assert_string_equal(found, text);
}

/* Notes that the file @name was @old, and makes it "new". */
static int change(void **state, struct pb_guard *guard, const char *name, const char *old)
{
	g_autofree char *path = scratch_path(state, name);

	if (pb_guard_file(guard, path, old, NULL))
		return -1;
	return g_file_set_contents(path, "new", -1, NULL) ? 0 : -1;
}

static void an_end_puts_it_back(void **state)
{
	g_autofree char *left = NULL;
	struct pb_guard *guard = NULL;

	assert_int_equal(pb_guard_start(&guard, NULL), 0);
	assert_int_equal(change(state, guard, "one", "old"), 0);
	expect(state, "one", "new");
	pb_guard_end(guard, &left);
	assert_string_equal(left, "");
	expect(state, "one", "old");
	assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void the_last_is_undone_first(void **state)
{
	g_autofree char *path = scratch_path(state, "one"), *alias = scratch_path(state, "alias");
	struct pb_guard *guard = NULL;

	assert_int_equal(symlink(path, alias), 0);
	assert_int_equal(pb_guard_start(&guard, NULL), 0);
	assert_int_equal(pb_guard_file(guard, path, "1st", NULL), 0);
	assert_int_equal(pb_guard_file(guard, alias, "2nd", NULL), 0);
	pb_guard_end(guard, NULL);
	expect(state, "one", "1st");
}

static void who_is_killed_leaves_it_as_it_was(void **state)
{
	pid_t child = fork();
	gint64 begin;
	int status;

	if (!child) {
		struct pb_guard *guard = NULL;

		if (pb_guard_start(&guard, NULL) || change(state, guard, "one", "old"))
			_exit(EXIT_FAILURE);
		raise(SIGSTOP);
		_exit(EXIT_FAILURE);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	expect(state, "one", "new");
	begin = g_get_monotonic_time();
	kill(child, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
	assert_true(g_get_monotonic_time() - begin < LIMIT_SECONDS * G_USEC_PER_SEC);
	expect(state, "one", "old");
}

/* All else is undone, and whoever reads it can do the rest. */
static void what_cannot_be_undone_is_told(void **state)
{
	g_autofree char *path = scratch_write(state, "folder/two", "old");
	g_autofree char *folder = scratch_path(state, "folder");
	g_autofree char *wanted = g_strdup_printf("echo old > %s\n", path);
	g_autofree char *left = NULL;
	struct pb_guard *guard = NULL;

	assert_int_equal(pb_guard_start(&guard, NULL), 0);
	assert_int_equal(change(state, guard, "one", "old"), 0);
	assert_int_equal(pb_guard_file(guard, path, "old", NULL), 0);
	assert_int_equal(pb_remove_tree(folder, NULL), 0);
	pb_guard_end(guard, &left);
	assert_string_equal(left, wanted);
	expect(state, "one", "old");
}

static void what_is_too_long_is_not_changed(void **state)
{
	static const char *const words[] = {"too long", "not changed", NULL};
	g_autofree char *path = scratch_path(state, "one");
	g_autofree char *text = g_strnfill(1000, 'x'), *left = NULL;
	g_autoptr(GError) error = NULL;
	struct pb_guard *guard = NULL;

	assert_int_equal(pb_guard_start(&guard, NULL), 0);
	assert_int_equal(pb_guard_file(guard, path, text, &error), -ENAMETOOLONG);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, words);
	pb_guard_end(guard, &left);
	assert_string_equal(left, "");
	expect(state, "one", "old");
}

/* One too many is refused, and none of those that were taken is undone before the end. */
static void more_than_are_kept_are_refused(void **state)
{
	static const char *const words[] = {"not changed", NULL};
	g_autoptr(GError) error = NULL;
	g_autofree char *left = NULL;
	struct pb_guard *guard = NULL;
	int taken = 0;

	assert_int_equal(pb_guard_start(&guard, NULL), 0);
	assert_int_equal(change(state, guard, "one", "old"), 0);
	while (taken < MANY) {
		g_autofree char *name = g_strdup_printf("%d", taken);
		g_autofree char *path = scratch_write(state, name, "old");

		if (pb_guard_file(guard, path, "old", &error))
			break;
		assert_true(g_file_set_contents(path, "new", -1, NULL));
		taken++;
	}
	assert_in_range(taken, 8, MANY - 1);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, words);
	expect(state, "one", "new");
	pb_guard_end(guard, &left);
	assert_string_equal(left, "");
	expect(state, "one", "old");
	for (int i = 0; i < taken; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);

		expect(state, name, "old");
	}
}

static void no_guard_is_ended_too(void **state)
{
	g_autofree char *left = NULL;

	(void)state;
	pb_guard_end(NULL, &left);
	assert_string_equal(left, "");
	pb_guard_end(NULL, NULL);
}

#define GUARDED(test) cmocka_unit_test_setup_teardown(test, prepare, scratch_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED(an_end_puts_it_back),
		GUARDED(the_last_is_undone_first),
		GUARDED(who_is_killed_leaves_it_as_it_was),
		GUARDED(what_cannot_be_undone_is_told),
		GUARDED(what_is_too_long_is_not_changed),
		GUARDED(more_than_are_kept_are_refused),
		GUARDED(no_guard_is_ended_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
