/* One way through a history: its runs, and each series with what moved in it. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_WALK_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_WALK_H

#include <stdio.h>

#include "reports/history/steps.h"
#include "reports/history/store.h"

struct pb_walk {
	struct pb_store *store; /* the caller's */
	struct pb_history_runs *runs;
	GPtrArray *said; /* struct pb_store_said, which steps point into */
};

/* The caller clears *ret_walk, also after a failure. */
int pb_walk_open(struct pb_store *store, struct pb_walk *ret_walk, GError **ret_error);
void pb_walk_clear(struct pb_walk *walk);

/* What is given is not there after the call; other than 0 ends the walk, and is returned. */
typedef int (*pb_walk_fn)(const struct pb_history_series *series, const struct pb_moves *moves,
			  void *context, GError **ret_error);

/* As of pb_store_each_series(). A @glob that nothing matches is PB_EXIT_USAGE. */
int pb_walk_series(const struct pb_walk *walk, const char *glob, pb_walk_fn take, void *context,
		   GError **ret_error);

/* 0 if all that was written to @out is on its way; else PB_EXIT_ENVIRONMENT. */
int pb_walk_flush(FILE *out, GError **ret_error);
/* The same of an error that is known. */
int pb_walk_unwritten(int err, GError **ret_error);

#endif
