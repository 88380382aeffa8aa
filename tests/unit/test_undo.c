/* What was changed is as it was, whatever ends who changed it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/core/sysfile.h"
#include "bench/core/undo.h"

#define LIMIT_SECONDS 2
/* As many as the keeper keeps, and one more. */
#define TOO_MANY 33

static char directory[] = "/tmp/pinbench-unit-XXXXXX";

/* Of one test; names in the folder. */
static char *path_of(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect(const char *name, const char *text)
{
	char found[64] = "";

	assert_int_equal(sysfile_read(path_of(name), found, sizeof(found)), 0);
	assert_string_equal(found, text);
}

static int prepare(void **state)
{
	(void)state;
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	/* A keeper whose agent is dead comes here to be waited for. */
	if (!mkdtemp(directory) || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return -1;
	write_file("one", "old");
	write_file("two", "old");
	/* Two names for a file: the last that is written to it stays. */
	return symlink("one", path_of("alias"));
}

static int clean(void **state)
{
	(void)state;
	unlink(path_of("one"));
	unlink(path_of("two"));
	unlink(path_of("alias"));
	return rmdir(directory);
}

/*
 * @change in a process that is killed when it has done it. When all is over its keeper is gone,
 * too.
 */
static void kill_after(int (*change)(void))
{
	struct timespec begin, end;
	pid_t child = fork();
	int status, said;

	if (!child) {
		if (undo_begin() || change())
			_exit(EXIT_FAILURE);
		raise(SIGSTOP);
		_exit(EXIT_FAILURE);
	}
	said = waitpid(child, &status, WUNTRACED);
	assert_int_equal(said, child);
	assert_true(WIFSTOPPED(status));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	kill(child, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(errno, ECHILD);
	assert_true(end.tv_sec - begin.tv_sec <= LIMIT_SECONDS);
}

static int change_one(void)
{
	int err = undo_note(path_of("one"), "old");

	return err ? err : sysfile_write(path_of("one"), "new");
}

static void who_is_killed_leaves_it_as_it_was(void **state)
{
	(void)state;
	kill_after(change_one);
	expect("one", "old");
}

static int change_and_be_done(void)
{
	int err = change_one();

	undo_done(path_of("one"));
	return err ? err : undo_note(path_of("two"), "xyz");
}

static void what_is_done_is_forgotten(void **state)
{
	(void)state;
	kill_after(change_and_be_done);
	expect("one", "new");
	expect("two", "xyz");
}

static int note_twice(void)
{
	int err = undo_note(path_of("one"), "1st");

	return err ? err : undo_note(path_of("one"), "2nd");
}

static void of_a_file_the_first_text_is_the_old_one(void **state)
{
	(void)state;
	kill_after(note_twice);
	expect("one", "1st");
}

static int note_in_order(void)
{
	int err = undo_note(path_of("one"), "1st");

	return err ? err : undo_note(path_of("alias"), "2nd");
}

/* The first is noted where something was before that is done by now. */
static int note_in_place_of_another(void)
{
	int err = undo_note(path_of("two"), "xyz");

	if (!err)
		err = undo_note(path_of("one"), "1st");
	undo_done(path_of("two"));
	return err ? err : undo_note(path_of("alias"), "2nd");
}

static void the_last_is_undone_first(void **state)
{
	(void)state;
	kill_after(note_in_order);
	expect("one", "1st");
	kill_after(note_in_place_of_another);
	expect("one", "1st");
	expect("two", "old");
}

static int note_too_many(void)
{
	char path[64];

	for (int i = 0; i < TOO_MANY - 1; i++) {
		snprintf(path, sizeof(path), "%.40s/%d", directory, i);
		if (undo_note(path, "old"))
			return -1;
	}
	/* What cannot be kept is refused, so that nobody changes it. */
	if (!undo_note(path_of("one"), "xyz"))
		return -1;
	undo_done(path);
	return undo_note(path_of("two"), "xyz");
}

static void nothing_is_kept_that_would_be_lost(void **state)
{
	(void)state;
	kill_after(note_too_many);
	expect("one", "old");
	expect("two", "xyz");
}

/* A choice is read without its brackets, and given back so. */
static int swap_choice(void)
{
	char old[32];
	int err = undo_swap_choice(path_of("one"), "always", old, sizeof(old));

	return err ? err : strcmp(old, "madvise");
}

static void a_choice_is_given_back(void **state)
{
	(void)state;
	write_file("one", "always [madvise] never");
	kill_after(swap_choice);
	/* A file of the kernel would show it in its own way. */
	expect("one", "madvise[madvise] never");
}

static int refuse_wrong_notes(void)
{
	char text[256];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return undo_note(path_of("one"), text) != -ENAMETOOLONG ||
	       undo_note(path_of("one"), "") != -ENAMETOOLONG;
}

static void a_note_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	kill_after(refuse_wrong_notes);
	expect("one", "old");
}

static void who_ends_by_himself_waits_for_it(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		int failed = undo_begin() || change_one();

		undo_end();
		_exit(failed || waitpid(-1, NULL, WNOHANG) != -1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	expect("one", "old");
}

/* A guest is thrown away: there nobody undoes anything. */
static void without_a_keeper_nothing_happens(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		int failed = change_one();

		undo_done(path_of("two"));
		undo_end();
		_exit(failed != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	expect("one", "new");
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, prepare, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(who_is_killed_leaves_it_as_it_was),
		IN_DIRECTORY(what_is_done_is_forgotten),
		IN_DIRECTORY(of_a_file_the_first_text_is_the_old_one),
		IN_DIRECTORY(the_last_is_undone_first),
		IN_DIRECTORY(nothing_is_kept_that_would_be_lost),
		IN_DIRECTORY(a_choice_is_given_back),
		IN_DIRECTORY(a_note_that_does_not_fit_is_refused),
		IN_DIRECTORY(who_ends_by_himself_waits_for_it),
		IN_DIRECTORY(without_a_keeper_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
