/* Rows into the tables, inside a transaction of the caller's; between the store's files alone. */
#ifndef PINBENCH_REPORTS_HISTORY_STORE_WRITE_H
#define PINBENCH_REPORTS_HISTORY_STORE_WRITE_H

#include "reports/history/store/sql.h"

struct pb_writer;

/* Its statements; a writer that was not opened may be closed. */
int pb_writer_open(struct pb_store *store, struct pb_writer **ret_writer, GError **ret_error);
void pb_writer_close(struct pb_writer *writer);

/* 0 if there is none. */
int pb_write_find_run(struct pb_writer *writer, const char *sha256, gint64 *ret_id,
		      GError **ret_error);

int pb_write_run(struct pb_writer *writer, const struct pb_history_run *run, gint64 *ret_id,
		 GError **ret_error);

/*
 * Removes the result that @run is a longer form of: one that began at the same moment in the same
 * directory, to which boots were appended since.
 */
int pb_write_supersede(struct pb_writer *writer, const struct pb_history_run *run,
		       GError **ret_error);

/* The series of this key, which is made if it is not there. */
int pb_write_series_row(struct pb_writer *writer, const struct pb_history_series *series,
			gint64 *ret_id, GError **ret_error);

/* The run that the point names is not looked at. */
int pb_write_point(struct pb_writer *writer, gint64 series, gint64 result,
		   const struct pb_history_point *point, GError **ret_error);

int pb_write_gap(struct pb_writer *writer, gint64 result, const char *case_id, const char *outcome,
		 const char *reason, GError **ret_error);

int pb_write_said(struct pb_writer *writer, const struct pb_store_said *said, GError **ret_error);

#endif
