/* Writing a file of a result directory: whole or not at all. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/file.h"

/* GLib keeps the errno only as its own enumeration. */
static int errno_of(const GError *error)
{
	switch (error->code) {
	case G_FILE_ERROR_NOSPC:
		return ENOSPC;
	case G_FILE_ERROR_NOENT:
		return ENOENT;
	case G_FILE_ERROR_NOTDIR:
		return ENOTDIR;
	case G_FILE_ERROR_ISDIR:
		return EISDIR;
	case G_FILE_ERROR_ACCES:
		return EACCES;
	case G_FILE_ERROR_PERM:
		return EPERM;
	case G_FILE_ERROR_ROFS:
		return EROFS;
	default:
		return EIO;
	}
}

static const char *remedy_of(int err)
{
	switch (err) {
	case ENOSPC:
		return "free some space there or choose another directory with --out";
	case ENOENT:
	case ENOTDIR:
		return "create that directory or choose another one with --out";
	default:
		return "choose a directory that can be written with --out";
	}
}

int pb_write_file(const char *dir, const char *name, const char *text, size_t length,
		  GError **ret_error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autoptr(GError) error = NULL;
	int err;

	if (g_file_set_contents_full(path, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT,
				     0644, &error))
		return 0;
	err = errno_of(error);
	return pb_fail(ret_error, err, PB_EXIT_ENVIRONMENT, "%s: cannot be written: %s; %s", path,
		       error->message, remedy_of(err));
}

int pb_write_json(const char *dir, const char *name, json_t *root, GError **ret_error)
{
	size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(PB_RESULT_PRECISION);
	g_autoptr(GString) text = NULL;
	char *dump = json_dumps(root, flags);

	if (!dump)
		return pb_fail(
			ret_error, EINVAL, PB_EXIT_ENVIRONMENT,
			"%s/%s: the result cannot be written as JSON (not valid UTF-8, or no "
			"memory); this is a bug of pinbench: report it with the run's console",
			dir, name);
	text = g_string_new(dump);
	g_string_append_c(text, '\n');
	free(dump);
	return pb_write_file(dir, name, text->str, text->len, ret_error);
}

json_t *pb_number_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

int pb_read_json(const char *dir, const char *name, json_t **ret_root, GError **ret_error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	json_error_t why;

	*ret_root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (*ret_root)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s:%d: %s", path, why.line, why.text);
}
