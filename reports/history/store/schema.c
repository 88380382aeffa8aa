/* The tables of a history, and how a database of an older pinbench becomes one of this. */
#include "reports/history/store/sql.h"

/*
 * A step is never changed once it has been released: what comes later is another step.
 *
 * point is clustered by series: a series is read at one go, and a result is added at the ends of as
 * many pages as there are series.
 */
static const char *const steps[] = {
	"CREATE TABLE result("
	" id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, release TEXT NOT NULL,"
	" spec TEXT NOT NULL, name TEXT NOT NULL, text_sha256 TEXT NOT NULL,"
	" config_sha256 TEXT NOT NULL, started TEXT NOT NULL, started_s INTEGER NOT NULL,"
	" evidence TEXT NOT NULL, kind TEXT NOT NULL, profile TEXT NOT NULL,"
	" command TEXT NOT NULL, directory TEXT NOT NULL, toolchain TEXT NOT NULL,"
	" emulator TEXT NOT NULL, machine TEXT NOT NULL, tool TEXT NOT NULL,"
	" interrupted INTEGER NOT NULL) STRICT;"
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, case_id TEXT NOT NULL,"
	" benchmark TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT NOT NULL,"
	" evidence TEXT NOT NULL, machine TEXT NOT NULL, config TEXT NOT NULL,"
	" is_higher_better INTEGER NOT NULL, is_primary INTEGER NOT NULL,"
	" is_exact INTEGER NOT NULL, min_effect_percent REAL NOT NULL) STRICT;"
	"CREATE TABLE point("
	" series INTEGER NOT NULL REFERENCES series, result INTEGER NOT NULL REFERENCES result,"
	" boots INTEGER NOT NULL, value REAL NOT NULL, low REAL, high REAL,"
	" PRIMARY KEY(series, result)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE text(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE gap("
	" case_text INTEGER NOT NULL REFERENCES text, result INTEGER NOT NULL REFERENCES result,"
	" outcome TEXT NOT NULL, reason_text INTEGER NOT NULL REFERENCES text,"
	" PRIMARY KEY(case_text, result)) STRICT, WITHOUT ROWID;",

	"CREATE TABLE said("
	" series TEXT NOT NULL, run TEXT NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL,"
	" text TEXT NOT NULL, said_at TEXT NOT NULL, PRIMARY KEY(series, run)) STRICT;",
};

int pb_schema_version(void)
{
	return (int)G_N_ELEMENTS(steps);
}

int pb_schema_migrate(struct pb_store *store, int version, GError **ret_error)
{
	g_autofree char *now = g_strdup_printf("PRAGMA user_version = %d", pb_schema_version());
	int err = 0;

	for (int i = version; !err && i < pb_schema_version(); i++)
		err = pb_sql_run(store, steps[i], ret_error);
	return err ? err : pb_sql_run(store, now, ret_error);
}
