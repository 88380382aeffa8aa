/*
 * A "kernel" for tests: a tree with a git repository, whose Makefile answers in
 * milliseconds, and a cache and configs of its own.
 *
 * The make of a kernel sees PATH, HOME and TMPDIR only, so the little Makefile is
 * steered through files in root/tmp, which is TMPDIR: `hold` makes it wait before it
 * links, `stubborn` makes it ignore SIGTERM meanwhile; it writes `started`, and in
 * `done` what it did.
 */
#ifndef PINBENCH_TESTS_GUEST_KERNEL_FIXTURE_H
#define PINBENCH_TESTS_GUEST_KERNEL_FIXTURE_H

#include <stdbool.h>

#include "lab/kernel/build.h"
#include "pinbench/exit.h"

struct fixture {
	char *root;
	char *tree;    /* root/linux */
	char *configs; /* root/configs */
};

/* A file, with its parents; what is there already is written over in place. */
void kernel_put(const char *directory, const char *name, const char *text);
bool kernel_there(const char *directory, const char *name);
void kernel_away(const char *directory, const char *name);

/* How often the little Makefile did @what ("first", "vmlinux"). */
int kernel_times_done(const struct fixture *fixture, const char *what);

/* git in the tree; NULL ends the words. */
void kernel_git(const struct fixture *fixture, const char *first, ...);

/* Everything about the tree but the times of reading; ctime stands for the contents too. */
char *kernel_snapshot(const struct fixture *fixture);

/* The kernel of the tree, or of it with @suffix ("@HEAD"), which must build. */
struct pb_kernel *kernel_get(const struct fixture *fixture, const char *suffix);

/* @spec must fail with @r and @code and a message that has @because in it. */
void kernel_refused(const struct fixture *fixture, const char *spec, int r, enum pb_exit code,
		    const char *because);

int kernel_set_up(void **state);
int kernel_tear_down(void **state);

#define KERNEL_TEST(name) cmocka_unit_test_setup_teardown(name, kernel_set_up, kernel_tear_down)

#endif
