/* One run: from what the user asked for to a result directory. */
#ifndef PINBENCH_LAB_RUN_H
#define PINBENCH_LAB_RUN_H

#include <glib.h>
#include "lab/run/watch.h"
#include "lab/util/progress.h"

struct pb_run_options {
	const char *kernel; /* SPEC */
	const char *profile;
	const char *also_profile;     /* another, measured whole besides; or NULL */
	const char *const *globs;     /* NULL-terminated, or NULL */
	const char *out;	      /* the result directory; made if it is not there */
	const char *command;	      /* how the user said it */
	const char *evidence;	      /* PB_EVIDENCE_* */
	const struct pb_watch *watch; /* counted evidence: functions to watch; or NULL */
	unsigned int counters;	      /* counted evidence: bits of enum pb_counters */
	const GArray
		*cpus; /* timed evidence: of int, what guests run on; NULL: all that we may use */
	/* Timed evidence: names of events to be counted, which the agent knows; or NULL. */
	char *const *counter_events;
	guint boots;
	guint jobs; /* counted evidence only: timed guests run one at a time */
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

/*
 * The same in steps, for a caller who measures several kernels in turn: begin (kernel, module
 * and guests are made ready), a boot at a time, in order, and end, which writes what
 * there is: of timed evidence the boots that were finished. Timed evidence only.
 * pb_begun_end() takes the result of the last boot, 0 or an error (@why goes with it), and
 * returns it, or an error of its own; it frees @begun, always.
 */
struct pb_begun;
int pb_begun_start(const struct pb_run_options *options, struct pb_progress *progress,
		   struct pb_begun **ret_begun, GError **ret_error);
int pb_begun_boot(struct pb_begun *begun, GError **ret_error);
int pb_begun_end(struct pb_begun *begun, int err, GError *why, gboolean *ret_saved,
		 GError **ret_error);

/*
 * PB_EXIT_ENVIRONMENT if a case of the result in @directory failed, or none was measured: what a
 * command that measured ends with. 0 else.
 */
int pb_judge_result(const char *directory, GError **ret_error);

/* Writes report.md and report.html for the result in @directory. */
int pb_write_reports(const char *directory, GError **ret_error);

#endif
