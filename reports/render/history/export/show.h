/* What moved in a history, for people and as JSON. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_SHOW_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_SHOW_H

#include <stdio.h>

#include "reports/history/store.h"

/*
 * Without @glob the gate: open regressions, the largest first, then how many are settled in which
 * way. With one each series that it matches: what it was on each kernel, and in between what moved
 * and what else changed. Lines are at most @columns characters (0: 80) as far as words allow.
 * @json: the same as one JSON document, "pinbench-history-show/1".
 */
int pb_history_show(struct pb_store *store, const char *glob, FILE *out, int columns, gboolean json,
		    GError **ret_error);

/* How many regressions are open: for the exit code of a gate. */
int pb_history_open_count(struct pb_store *store, guint *ret_open, GError **ret_error);

#endif
