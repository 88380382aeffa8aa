/* Opening and closing a history: see store.h. */
#include "reports/history/store.h"

#include <errno.h>
#include <string.h>

#include "reports/error.h"
#include "reports/history/store/sql.h"

/* "pinb": what tells a history of ours from another program's database. */
#define APPLICATION_ID 0x70696e62
#define WAIT_MS	       60000

void pb_store_close(struct pb_store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	g_free(store->path);
	g_free(store);
}

/* Whatever SQLite or anybody else wrote there: ours, empty, or not ours. */
static int check_owner(struct pb_store *store, bool *ret_is_empty, GError **ret_error)
{
	gint64 application, tables;
	int err = pb_sql_number(store, "PRAGMA application_id", 0, &application, ret_error);

	if (!err)
		err = pb_sql_number(store, "SELECT count(*) FROM sqlite_schema", 0, &tables,
				    ret_error);
	if (err)
		return err;
	*ret_is_empty = !application && !tables;
	if (*ret_is_empty || application == APPLICATION_ID)
		return 0;
	return pb_fail(
		ret_error, EINVAL, PB_EXIT_USAGE,
		"%s is a database of another program, and was left as it is; --db FILE names "
		"a history",
		store->path);
}

static int check_whole(struct pb_store *store, GError **ret_error)
{
	g_autoptr(sqlite3_stmt) check = pb_sql_prepare(store, "PRAGMA quick_check(1)", ret_error);
	int err;

	if (!check)
		return -EINVAL;
	err = pb_sql_step(store, check, ret_error);
	if (err < 0)
		return err;
	if (err && !strcmp(pb_sql_column(check, 0), "ok"))
		return 0;
	return pb_fail(
		ret_error, EINVAL, PB_EXIT_USAGE,
		"%s is damaged: %s; it was left as it is: restore it from a copy, or add the "
		"results to a new one",
		store->path, err ? pb_sql_column(check, 0) : "the check says nothing");
}

static int version_of(struct pb_store *store, int *ret_version, GError **ret_error)
{
	gint64 version;
	int err = pb_sql_number(store, "PRAGMA user_version", 0, &version, ret_error);

	if (err)
		return err;
	if (version < 0 || version > pb_schema_version())
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s is of a newer pinbench: its schema is %" G_GINT64_FORMAT
			       ", this one knows up to %d; use that pinbench, or another --db FILE",
			       store->path, version, pb_schema_version());
	*ret_version = (int)version;
	return 0;
}

/* What is newest already is not written to. Two who open the same new file do this in turn. */
static int bring_up(struct pb_store *store, GError **ret_error)
{
	g_autofree char *ours = g_strdup_printf("PRAGMA application_id = %d", APPLICATION_ID);
	int version, err = version_of(store, &version, ret_error);

	if (err || version == pb_schema_version())
		return err;
	err = pb_sql_begin(store, ret_error);
	if (err)
		return err;
	err = version_of(store, &version, ret_error);
	if (!err)
		err = pb_schema_migrate(store, version, ret_error);
	if (!err)
		err = pb_sql_run(store, ours, ret_error);
	return pb_sql_end(store, err, ret_error);
}

/* Reading changes no file: an older one is brought up in memory. */
static int read_older(struct pb_store *store, GError **ret_error)
{
	sqlite3_backup *copy;
	sqlite3 *memory;
	int version, err = version_of(store, &version, ret_error);

	if (err || version == pb_schema_version())
		return err;
	if (sqlite3_open(":memory:", &memory) != SQLITE_OK) {
		sqlite3_close(memory);
		return pb_fail(ret_error, ENOMEM, PB_EXIT_ENVIRONMENT,
			       "%s: no memory for a copy of it", store->path);
	}
	copy = sqlite3_backup_init(memory, "main", store->db, "main");
	if (copy) {
		sqlite3_backup_step(copy, -1);
		sqlite3_backup_finish(copy);
	}
	if (sqlite3_errcode(memory) != SQLITE_OK) {
		err = pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s: cannot be copied: %s",
			      store->path, sqlite3_errmsg(memory));
		sqlite3_close(memory);
		return err;
	}
	sqlite3_close(store->db);
	store->db = memory;
	return pb_schema_migrate(store, version, ret_error);
}

/*
 * A reader, too, opens for writing where it may: what a writer who was killed left half done is
 * undone by whoever comes next.
 */
static int open_file(struct pb_store *store, enum pb_store_access access, GError **ret_error)
{
	int flags = SQLITE_OPEN_READWRITE | (access == PB_STORE_WRITE ? SQLITE_OPEN_CREATE : 0);

	if (access == PB_STORE_READ && !g_file_test(store->path, G_FILE_TEST_EXISTS))
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
			       "there is no history %s; './run.sh history add DIR...' makes one, "
			       "and --db FILE names another",
			       store->path);
	if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK)
		return pb_sql_fail(store, "cannot be opened", ret_error);
	sqlite3_extended_result_codes(store->db, 0);
	sqlite3_busy_timeout(store->db, WAIT_MS);
	return 0;
}

static int make_ready(struct pb_store *store, enum pb_store_access access, GError **ret_error)
{
	bool is_empty = false;
	int err = check_owner(store, &is_empty, ret_error);

	if (!err && is_empty && access == PB_STORE_READ)
		return pb_fail(
			ret_error, EINVAL, PB_EXIT_USAGE,
			"%s is empty, not a history; './run.sh history add DIR...' makes one",
			store->path);
	if (!err)
		err = check_whole(store, ret_error);
	if (err)
		return err;
	return access == PB_STORE_WRITE ? bring_up(store, ret_error) : read_older(store, ret_error);
}

int pb_store_open(const char *path, enum pb_store_access access, struct pb_store **ret_store,
		  GError **ret_error)
{
	g_autoptr(pb_store) store = g_new0(struct pb_store, 1);
	int err;

	store->path = g_strdup(path);
	err = open_file(store, access, ret_error);
	if (!err)
		err = make_ready(store, access, ret_error);
	if (!err)
		*ret_store = g_steal_pointer(&store);
	return err;
}
