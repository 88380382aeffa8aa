/*
 * A run on this machine as it is: the module loaded for it where that can be, everything that user
 * space alone can measure in any case. See docs/architecture.md, "On this machine".
 */
#ifndef PINBENCH_LAB_NATIVE_H
#define PINBENCH_LAB_NATIVE_H

#include "lab/run/run.h"

struct pb_native_options {
	const char *cpus;	    /* "0,2-5", or NULL: one of each core first */
	int numa_node;		    /* -1: wherever memory is */
	guint64 memory_limit_bytes; /* of a case; 0: a quarter of the machine's */
	guint case_seconds;	    /* of a case; 0: the agent's own limit */
	const char *const *devices; /* ROLE=NAME, NULL-terminated; or NULL */
	double budget_seconds;	    /* no round is begun that would end later; 0: none */
	gboolean perf_record;	    /* and where the time of each case goes, by perf */
	gboolean no_module;	    /* do not load it */
	gboolean append;	    /* as one more boot of the result that is in the directory */
};

/*
 * As pb_run(), of the same options as far as they mean something here: boots are rounds, the kernel
 * is the running one. Whatever was changed of the machine is as it was when this returns, or is
 * killed. With append the result there is as it was, too, unless the boot was measured to its end.
 */
int pb_native_run(const struct pb_run_options *options, const struct pb_native_options *native,
		  struct pb_progress *progress, gboolean *ret_saved, GError **ret_error);

#endif
