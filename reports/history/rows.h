/*
 * The rows of a cross-release table: each primary figure on each of a few kernels, and what it did
 * from one kernel to the next. They are members of release.json, which renderers read.
 */
#ifndef PINBENCH_REPORTS_HISTORY_ROWS_H
#define PINBENCH_REPORTS_HISTORY_ROWS_H

#include <jansson.h>

#include "reports/history/store.h"

#define PB_RELEASE_SCHEMA    "pinbench-release/1"
#define PB_RELEASE_FILE	     "release.json"
#define PB_RELEASE_TEXT_FILE "release.txt"

/*
 * Sets *ret_members to {"rows":[...],"gaps":[...]} of the results that were added to @store from
 * @directories (absolute, one for each kernel, in the order of columns; NULL: it has none). The
 * caller decrefs it.
 *
 * A row: {"case","benchmark","params":{},"metric","unit","better","primary","cells":[...]}, a cell
 * for each kernel: null (nothing is known), {"outcome":"skip|fail","reason"}, or {"value","low",
 * "high","series"} and, if a kernel before it has a figure of the same series, {"against":its
 * index,"change_percent","matters","worse","unclear"}; "unlike":true instead, if that is of
 * another series, which no change is told against. A gap: a case without any figure, {"case",
 * "cells"}.
 */
int pb_release_rows(struct pb_store *store, const char *const *directories, guint count,
		    json_t **ret_members, GError **ret_error);

#endif
