/* The results of a history, a line each. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_LIST_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_LIST_H

#include <stdio.h>

#include "reports/history/store.h"

/*
 * In the order of kernels: the kernel by name, when, evidence, profile, how many series it has a
 * figure of and how many cases without one, and the directory. Lines are at most @columns
 * characters (0: no terminal, as long as they are), for which directories lose their beginning.
 */
int pb_history_list(struct pb_store *store, FILE *out, int columns, GError **ret_error);

#endif
