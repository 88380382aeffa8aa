/* One run: from what the user asked for to a result directory. */
#ifndef PINBENCH_LAB_RUN_H
#define PINBENCH_LAB_RUN_H

#include <glib.h>
#include "lab/util/progress.h"

struct pb_run_options {
	const char *kernel; /* SPEC */
	const char *profile;
	const char *const *globs; /* NULL-terminated, or NULL */
	const char *out;	  /* the result directory; made if it is not there */
	const char *command;	  /* how the user said it */
	guint boots;
	guint jobs;
	guint hang_seconds;
};

/*
 * Measures and writes result.json, report.md and report.html to options->out. Whatever
 * happens once measuring began, what is finished is written. Returns 0, or an error:
 * PB_EXIT_ENVIRONMENT if a guest failed, a case did, or nothing was measured,
 * PB_EXIT_INTERRUPTED, PB_EXIT_USAGE. *ret_saved tells whether there is a result.
 */
int pb_run(const struct pb_run_options *options, struct pb_progress *progress, gboolean *ret_saved,
	   GError **ret_error);

/* Writes report.md and report.html for the result in @directory. */
int pb_write_reports(const char *directory, GError **ret_error);

#endif
