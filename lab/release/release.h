/* Several kernels with one profile, and the table that has them side by side. */
#ifndef PINBENCH_LAB_RELEASE_H
#define PINBENCH_LAB_RELEASE_H

#include "lab/run/run.h"

struct pb_release_options {
	struct pb_run_options run; /* ->kernel is not used; ->out has a folder for each kernel */
	const char *const *specs;  /* NULL-terminated */
	const char *history;	   /* the database that results are added to; NULL: none */
};

/*
 * Measures the kernels into options->run.out: of counted evidence one after the other, of timed
 * evidence their boots in turn. As soon as one is finished it is added to the history, and
 * release.json and its reports say so; one that cannot be built or booted costs only itself.
 *
 * PB_EXIT_USAGE before anything is built: a kernel that there is not, or that is named twice, a
 * profile or a history that cannot be read. Else PB_EXIT_ENVIRONMENT if one of the kernels was not
 * measured whole, and PB_EXIT_INTERRUPTED. *ret_saved tells whether there is a release.json.
 */
int pb_release_measure(const struct pb_release_options *options, struct pb_progress *progress,
		       gboolean *ret_saved, GError **ret_error);

/* Writes release.txt and report.md of the release.json in @directory. */
int pb_write_release(const char *directory, GError **ret_error);

#endif
