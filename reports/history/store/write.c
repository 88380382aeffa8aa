/* Rows into the tables: see write.h. */
#include "reports/history/store/write.h"

#include <errno.h>

enum which {
	FIND_RUN,
	ADD_RUN,
	FIND_OLDER,
	DROP_POINTS,
	DROP_GAPS,
	DROP_RUN,
	FIND_SERIES,
	ADD_SERIES,
	ADD_POINT,
	FIND_TEXT,
	ADD_TEXT,
	ADD_GAP,
	SAY,
	STATEMENTS,
};

static const char *const statements[STATEMENTS] = {
	[FIND_RUN] = "SELECT id FROM result WHERE sha256 = ?",
	[ADD_RUN] = "INSERT INTO result(sha256, release, spec, name, text_sha256, config_sha256,"
		    " started, started_s, evidence, kind, profile, command, directory, toolchain,"
		    " emulator, machine, tool, interrupted)"
		    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[FIND_OLDER] = "SELECT id FROM result WHERE directory = ? AND started = ? AND kind = ?",
	[DROP_POINTS] = "DELETE FROM point WHERE result = ?",
	[DROP_GAPS] = "DELETE FROM gap WHERE result = ?",
	[DROP_RUN] = "DELETE FROM result WHERE id = ?",
	[FIND_SERIES] = "SELECT id FROM series WHERE key = ?",
	[ADD_SERIES] =
		"INSERT INTO series(key, case_id, benchmark, metric, unit, evidence, machine,"
		" config, is_higher_better, is_primary, is_exact, min_effect_percent)"
		" VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	[ADD_POINT] = "INSERT INTO point(series, result, boots, value, low, high)"
		      " VALUES(?,?,?,?,?,?)",
	[FIND_TEXT] = "SELECT id FROM text WHERE text = ?",
	[ADD_TEXT] = "INSERT INTO text(text) VALUES(?)",
	[ADD_GAP] = "INSERT OR IGNORE INTO gap(case_text, result, outcome, reason_text)"
		    " VALUES(?,?,?,?)",
	[SAY] = "INSERT OR REPLACE INTO said(series, run, step, state, text, said_at)"
		" VALUES(?,?,?,?,?,?)",
};

struct pb_writer {
	struct pb_store *store;
	sqlite3_stmt *statements[STATEMENTS];
};

int pb_writer_open(struct pb_store *store, struct pb_writer **ret_writer, GError **ret_error)
{
	struct pb_writer *w = g_new0(struct pb_writer, 1);

	w->store = store;
	for (guint i = 0; i < STATEMENTS; i++) {
		w->statements[i] = pb_sql_prepare(store, statements[i], ret_error);
		if (w->statements[i])
			continue;
		pb_writer_close(w);
		return -EIO;
	}
	*ret_writer = w;
	return 0;
}

void pb_writer_close(struct pb_writer *w)
{
	if (!w)
		return;
	for (guint i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(w->statements[i]);
	g_free(w);
}

/* The id that a statement finds by one text, or 0. */
static int find(struct pb_writer *w, enum which which, const char *text, gint64 *ret_id,
		GError **ret_error)
{
	sqlite3_stmt *s = w->statements[which];
	int err;

	pb_sql_text(s, 1, text);
	err = pb_sql_step(w->store, s, ret_error);
	*ret_id = err > 0 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return err < 0 ? err : 0;
}

static int insert(struct pb_writer *w, enum which which, gint64 *ret_id, GError **ret_error)
{
	int err = pb_sql_execute(w->store, w->statements[which], ret_error);

	*ret_id = err ? 0 : sqlite3_last_insert_rowid(w->store->db);
	return err;
}

int pb_write_find_run(struct pb_writer *w, const char *sha256, gint64 *ret_id, GError **ret_error)
{
	return find(w, FIND_RUN, sha256, ret_id, ret_error);
}

int pb_write_run(struct pb_writer *w, const struct pb_history_run *run, gint64 *ret_id,
		 GError **ret_error)
{
	sqlite3_stmt *s = w->statements[ADD_RUN];
	int at = 1;

	pb_sql_text(s, at++, run->sha256);
	pb_sql_text(s, at++, run->release);
	pb_sql_text(s, at++, run->spec);
	pb_sql_text(s, at++, run->name);
	pb_sql_text(s, at++, run->text_sha256);
	pb_sql_text(s, at++, run->config_sha256);
	pb_sql_text(s, at++, run->started);
	sqlite3_bind_int64(s, at++, run->started_s);
	pb_sql_text(s, at++, run->evidence);
	pb_sql_text(s, at++, run->kind);
	pb_sql_text(s, at++, run->profile);
	pb_sql_text(s, at++, run->command);
	pb_sql_text(s, at++, run->directory);
	for (int i = 0; i < PB_APPARATUS_COUNT; i++)
		pb_sql_text(s, at++, run->apparatus[i]);
	sqlite3_bind_int(s, at, run->interrupted);
	return insert(w, ADD_RUN, ret_id, ret_error);
}

int pb_write_supersede(struct pb_writer *w, const struct pb_history_run *run, GError **ret_error)
{
	static const enum which drops[] = {DROP_POINTS, DROP_GAPS, DROP_RUN};
	sqlite3_stmt *s = w->statements[FIND_OLDER];
	gint64 id;
	int err;

	pb_sql_text(s, 1, run->directory);
	pb_sql_text(s, 2, run->started);
	pb_sql_text(s, 3, run->kind);
	err = pb_sql_step(w->store, s, ret_error);
	id = err > 0 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	if (err <= 0)
		return err;
	err = 0;
	for (gsize i = 0; !err && i < G_N_ELEMENTS(drops); i++) {
		sqlite3_bind_int64(w->statements[drops[i]], 1, id);
		err = pb_sql_execute(w->store, w->statements[drops[i]], ret_error);
	}
	return err;
}

int pb_write_series_row(struct pb_writer *w, const struct pb_history_series *series, gint64 *ret_id,
			GError **ret_error)
{
	sqlite3_stmt *s = w->statements[ADD_SERIES];
	int at = 1, err = find(w, FIND_SERIES, series->key, ret_id, ret_error);

	if (err || *ret_id)
		return err;
	pb_sql_text(s, at++, series->key);
	pb_sql_text(s, at++, series->case_id);
	pb_sql_text(s, at++, series->benchmark);
	pb_sql_text(s, at++, series->metric);
	pb_sql_text(s, at++, series->unit);
	pb_sql_text(s, at++, series->evidence);
	pb_sql_text(s, at++, series->machine);
	pb_sql_text(s, at++, series->config);
	sqlite3_bind_int(s, at++, series->higher_is_better);
	sqlite3_bind_int(s, at++, series->primary);
	sqlite3_bind_int(s, at++, series->is_exact);
	sqlite3_bind_double(s, at, series->min_effect_percent);
	return insert(w, ADD_SERIES, ret_id, ret_error);
}

/* An interval that is the value, as every counted one is, takes no room. */
static void bind_bound(sqlite3_stmt *s, int at, double bound, double value)
{
	if (bound == value)
		sqlite3_bind_null(s, at);
	else
		sqlite3_bind_double(s, at, bound);
}

int pb_write_point(struct pb_writer *w, gint64 series, gint64 result,
		   const struct pb_history_point *point, GError **ret_error)
{
	sqlite3_stmt *s = w->statements[ADD_POINT];

	sqlite3_bind_int64(s, 1, series);
	sqlite3_bind_int64(s, 2, result);
	sqlite3_bind_int64(s, 3, point->boots);
	sqlite3_bind_double(s, 4, point->value);
	bind_bound(s, 5, point->low, point->value);
	bind_bound(s, 6, point->high, point->value);
	return pb_sql_execute(w->store, s, ret_error);
}

/* A text once, however many name it. */
static int intern(struct pb_writer *w, const char *text, gint64 *ret_id, GError **ret_error)
{
	int err = find(w, FIND_TEXT, text, ret_id, ret_error);

	if (err || *ret_id)
		return err;
	pb_sql_text(w->statements[ADD_TEXT], 1, text);
	return insert(w, ADD_TEXT, ret_id, ret_error);
}

int pb_write_gap(struct pb_writer *w, gint64 result, const char *case_id, const char *outcome,
		 const char *reason, GError **ret_error)
{
	sqlite3_stmt *s = w->statements[ADD_GAP];
	gint64 case_text, reason_text;
	int err = intern(w, case_id, &case_text, ret_error);

	if (!err)
		err = intern(w, reason, &reason_text, ret_error);
	if (err)
		return err;
	sqlite3_bind_int64(s, 1, case_text);
	sqlite3_bind_int64(s, 2, result);
	pb_sql_text(s, 3, outcome);
	sqlite3_bind_int64(s, 4, reason_text);
	return pb_sql_execute(w->store, s, ret_error);
}

int pb_write_said(struct pb_writer *w, const struct pb_store_said *said, GError **ret_error)
{
	sqlite3_stmt *s = w->statements[SAY];

	pb_sql_text(s, 1, said->series);
	pb_sql_text(s, 2, said->run);
	pb_sql_text(s, 3, said->step);
	pb_sql_text(s, 4, pb_step_state_name(said->state));
	pb_sql_text(s, 5, said->text);
	pb_sql_text(s, 6, said->when);
	return pb_sql_execute(w->store, s, ret_error);
}
