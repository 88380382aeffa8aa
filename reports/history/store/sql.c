/* What the store's files share of SQLite: see sql.h. */
#include "reports/history/store/sql.h"

#include <errno.h>
#include <string.h>

#include "reports/error.h"

static bool is_file_to_blame(int code)
{
	return code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN ||
	       code == SQLITE_PERM || code == SQLITE_READONLY || code == SQLITE_MISMATCH ||
	       code == SQLITE_CONSTRAINT;
}

static int errno_of(int code)
{
	switch (code) {
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
		return EROFS;
	default:
		return is_file_to_blame(code) ? EINVAL : EIO;
	}
}

static const char *what_next(int code)
{
	switch (code) {
	case SQLITE_BUSY:
		return "; another writer has it for more than a minute: try again when that is "
		       "done";
	case SQLITE_FULL:
		return "; nothing was changed: make room and try again";
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return "; it was left as it is: restore it from a copy, or add the results to a "
		       "new "
		       "one";
	default:
		return "";
	}
}

int pb_sql_fail(struct pb_store *store, const char *doing, GError **ret_error)
{
	int code = sqlite3_errcode(store->db) & 0xff;

	return pb_fail(ret_error, errno_of(code),
		       is_file_to_blame(code) ? PB_EXIT_USAGE : PB_EXIT_ENVIRONMENT, "%s: %s: %s%s",
		       store->path, doing, sqlite3_errmsg(store->db), what_next(code));
}

int pb_sql_run(struct pb_store *store, const char *sql, GError **ret_error)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return pb_sql_fail(store, "cannot change the history", ret_error);
}

int pb_sql_begin(struct pb_store *store, GError **ret_error)
{
	return pb_sql_run(store, "BEGIN IMMEDIATE", ret_error);
}

int pb_sql_end(struct pb_store *store, int err, GError **ret_error)
{
	if (!err)
		err = pb_sql_run(store, "COMMIT", ret_error);
	if (err)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

sqlite3_stmt *pb_sql_prepare(struct pb_store *store, const char *sql, GError **ret_error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	pb_sql_fail(store, "cannot ask the history", ret_error);
	return NULL;
}

void pb_sql_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

int pb_sql_step(struct pb_store *store, sqlite3_stmt *statement, GError **ret_error)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	return pb_sql_fail(store, "cannot read or write the history", ret_error);
}

int pb_sql_execute(struct pb_store *store, sqlite3_stmt *statement, GError **ret_error)
{
	int err = pb_sql_step(store, statement, ret_error);

	sqlite3_reset(statement);
	return err < 0 ? err : 0;
}

const char *pb_sql_column(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	return text ? text : "";
}

int pb_sql_number(struct pb_store *store, const char *sql, gint64 missing, gint64 *ret_number,
		  GError **ret_error)
{
	g_autoptr(sqlite3_stmt) statement = pb_sql_prepare(store, sql, ret_error);
	int err;

	if (!statement)
		return -EIO;
	err = pb_sql_step(store, statement, ret_error);
	if (err < 0)
		return err;
	*ret_number = err ? sqlite3_column_int64(statement, 0) : missing;
	return 0;
}
