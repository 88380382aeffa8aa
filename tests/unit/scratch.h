/* A directory of its own for a test, and files in it. */
#ifndef PINBENCH_TESTS_SCRATCH_H
#define PINBENCH_TESTS_SCRATCH_H

#include <string.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "lab/util/files.h"

static inline int scratch_make(void **state)
{
	*state = g_dir_make_tmp("pinbench-unit-XXXXXX", NULL);
	return *state ? 0 : -1;
}

static inline int scratch_drop(void **state)
{
	int err = pb_remove_tree(*state, NULL);

	g_free(*state);
	return err;
}

/* The path of @name, which may have folders in it. Caller frees. */
static inline char *scratch_path(void **state, const char *name)
{
	return g_build_filename(*state, name, NULL);
}

/* Writes @text there, with the folders above it; returns the path, which the caller frees. */
static inline char *scratch_write(void **state, const char *name, const char *text)
{
	char *path = scratch_path(state, name);
	g_autofree char *above = g_path_get_dirname(path);

	assert_int_equal(pb_make_directory(above, NULL), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

/* A shell script, for a program that is not worth having. */
static inline char *scratch_program(void **state, const char *name, const char *body)
{
	g_autofree char *text = g_strconcat("#!/bin/sh\n", body, NULL);
	char *path = scratch_write(state, name, text);

	assert_int_equal(g_chmod(path, 0755), 0);
	return path;
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_drop)

/* The error of a call, checked for its exit code and for each of the words in it. */
static inline void scratch_check_error(const GError *error, int code, const char *const *words)
{
	assert_non_null(error);
	assert_int_equal(error->code, code);
	for (; words && *words; words++)
		if (!strstr(error->message, *words))
			fail_msg("\"%s\" is not in: %s", *words, error->message);
}

#endif
