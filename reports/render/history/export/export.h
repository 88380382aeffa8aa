/*
 * A history as other programs read it: tables, JSON, test results, metrics.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_EXPORT_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_EXPORT_H

#include <stdio.h>

#include "reports/history/store.h"

/* Names of the formats: "csv", "json", "junit", "ktap", "kcidb", "openmetrics"; NULL at the end. */
const char *const *pb_history_export_formats(void);

/*
 * Writes what @store holds of the series that @glob matches (NULL: all) to @out, which stays open,
 * in @format. An unknown format is PB_EXIT_USAGE with the names that there are; so is a @glob that
 * nothing matches, after a document without series was written. Points are written as they are
 * read, however many.
 */
int pb_history_export(struct pb_store *store, const char *format, const char *glob, FILE *out,
		      GError **ret_error);

#endif
