/*
 * Writing a file of a result directory: whole or not at all.
 */
#ifndef PINBENCH_REPORTS_FILE_H
#define PINBENCH_REPORTS_FILE_H

#include <glib.h>
#include <jansson.h>

/*
 * Writes @length bytes of @text to @dir/@name through a temporary file and a
 * rename, so that a reader never sees half of it and a failure leaves the old
 * file alone. Returns 0 or -errno; every failure (a full disk, a directory that
 * is missing or read-only) is PB_EXIT_ENVIRONMENT and names the path.
 */
int pb_write_file(const char *dir, const char *name, const char *text, size_t length,
		  GError **ret_error);

/*
 * The same for a JSON document: keys in insertion order, numbers with as many digits as
 * the result format has. Borrows @root.
 */
int pb_write_json(const char *dir, const char *name, json_t *root, GError **ret_error);

/* Reads @dir/@name. What is no JSON is PB_EXIT_USAGE, with its line; the caller owns *ret_root. */
int pb_read_json(const char *dir, const char *name, json_t **ret_root, GError **ret_error);

/* JSON has neither infinity nor NAN: they are written as null. */
json_t *pb_number_or_null(double value);

#endif
