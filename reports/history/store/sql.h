/* What the store's files share of SQLite; nobody else includes this. */
#ifndef PINBENCH_REPORTS_HISTORY_STORE_SQL_H
#define PINBENCH_REPORTS_HISTORY_STORE_SQL_H

#include <glib.h>
#include <sqlite3.h>

#include "reports/history/store.h"

struct pb_store {
	sqlite3 *db;
	char *path; /* for messages */
};

/* Of the newest schema: how many steps of migration there are. */
int pb_schema_version(void);

/* Brings @store from @version to the newest one, inside the caller's transaction. */
int pb_schema_migrate(struct pb_store *store, int version, GError **ret_error);

/*
 * What SQLite says went wrong, while @doing: PB_EXIT_USAGE if the file is to blame, else
 * PB_EXIT_ENVIRONMENT.
 */
int pb_sql_fail(struct pb_store *store, const char *doing, GError **ret_error);

/* Statements that give no rows. */
int pb_sql_run(struct pb_store *store, const char *sql, GError **ret_error);

/* A transaction for writing, which waits for other writers. Ends it with commit, or @err: undone.
 */
int pb_sql_begin(struct pb_store *store, GError **ret_error);
int pb_sql_end(struct pb_store *store, int err, GError **ret_error);

/* NULL and an error, or a statement that the caller finalizes (g_autoptr(sqlite3_stmt)). */
sqlite3_stmt *pb_sql_prepare(struct pb_store *store, const char *sql, GError **ret_error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/* Parameters, counted from 1. Text stays the caller's until the statement is reset. */
void pb_sql_text(sqlite3_stmt *statement, int at, const char *text);

/* Runs a statement that gives no rows, and makes it ready for the next values. */
int pb_sql_execute(struct pb_store *store, sqlite3_stmt *statement, GError **ret_error);

/* 1: there is a row; 0: no more of them; or an error. */
int pb_sql_step(struct pb_store *store, sqlite3_stmt *statement, GError **ret_error);

/* A column's text; "" for NULL. */
const char *pb_sql_column(sqlite3_stmt *statement, int at);

/* The first column of the first row, or @missing. */
int pb_sql_number(struct pb_store *store, const char *sql, gint64 missing, gint64 *ret_number,
		  GError **ret_error);

#endif
