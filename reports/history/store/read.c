/* Reading a history: see store.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/history/store/describe.h"
#include "reports/history/kernel.h"
#include "reports/history/store/sql.h"

#define RUN_COLUMNS                                                                         \
	"id, sha256, release, spec, name, text_sha256, config_sha256, started, started_s,"  \
	" evidence, kind, profile, command, directory, toolchain, emulator, machine, tool," \
	" interrupted"

static char *text_at(sqlite3_stmt *s, int *at)
{
	return g_strdup(pb_sql_column(s, (*at)++));
}

static void read_run(sqlite3_stmt *s, struct pb_history_run *run)
{
	int at = 0;

	run->id = sqlite3_column_int64(s, at++);
	run->sha256 = text_at(s, &at);
	run->release = text_at(s, &at);
	run->branch = pb_kernel_branch(run->release);
	run->spec = text_at(s, &at);
	run->name = text_at(s, &at);
	run->text_sha256 = text_at(s, &at);
	run->config_sha256 = text_at(s, &at);
	run->started = text_at(s, &at);
	run->started_s = sqlite3_column_int64(s, at++);
	run->evidence = text_at(s, &at);
	run->kind = text_at(s, &at);
	run->profile = text_at(s, &at);
	run->command = text_at(s, &at);
	run->directory = text_at(s, &at);
	for (int i = 0; i < PB_APPARATUS_COUNT; i++)
		run->apparatus[i] = text_at(s, &at);
	run->interrupted = sqlite3_column_int(s, at) != 0;
}

/* A kernel as it is released comes before what was made of it. */
static int compare_names(const struct pb_history_run *a, const struct pb_history_run *b)
{
	bool left = !strcmp(a->name, a->release), right = !strcmp(b->name, b->release);

	if (left != right)
		return left ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int compare_runs(const void *left, const void *right)
{
	const struct pb_history_run *a = left, *b = right;
	int order = pb_kernel_release_compare(a->release, b->release);

	if (!order)
		order = compare_names(a, b);
	if (!order && a->started_s != b->started_s)
		order = a->started_s < b->started_s ? -1 : 1;
	return order ? order : strcmp(a->sha256, b->sha256);
}

int pb_store_runs(struct pb_store *store, struct pb_history_runs **ret_runs, GError **ret_error)
{
	g_autoptr(sqlite3_stmt) s =
		pb_sql_prepare(store, "SELECT " RUN_COLUMNS " FROM result", ret_error);
	g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(struct pb_history_run));
	struct pb_history_runs *runs = g_new0(struct pb_history_runs, 1);
	int err = s ? 1 : -EIO;

	while (err > 0) {
		err = pb_sql_step(store, s, ret_error);
		if (err <= 0)
			break;
		g_array_set_size(list, list->len + 1);
		read_run(s, &g_array_index(list, struct pb_history_run, list->len - 1));
	}
	runs->count = list->len;
	runs->runs = (struct pb_history_run *)g_array_free(g_steal_pointer(&list), FALSE);
	if (err) {
		pb_history_runs_free(runs);
		return err;
	}
	if (runs->count)
		qsort(runs->runs, runs->count, sizeof(*runs->runs), compare_runs);
	*ret_runs = runs;
	return 0;
}

static GHashTable *index_runs(const struct pb_history_runs *runs)
{
	GHashTable *by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, NULL);

	for (guint i = 0; i < runs->count; i++)
		g_hash_table_insert(by_id, &runs->runs[i].id, GUINT_TO_POINTER(i + 1));
	return by_id;
}

/* A result that was added since the runs were read is of the next reading. */
static bool find_run(GHashTable *by_id, gint64 id, guint *ret_run)
{
	guint found = GPOINTER_TO_UINT(g_hash_table_lookup(by_id, &id));

	*ret_run = found - 1;
	return found != 0;
}

static int compare_points(const void *left, const void *right)
{
	const struct pb_history_point *a = left, *b = right;

	return a->run < b->run ? -1 : a->run > b->run;
}

static void sort_points(struct pb_history_series *series)
{
	for (guint i = 1; i < series->count; i++) {
		if (series->points[i - 1].run < series->points[i].run)
			continue;
		qsort(series->points, series->count, sizeof(*series->points), compare_points);
		return;
	}
}

static double bound_at(sqlite3_stmt *s, int at, double value)
{
	return sqlite3_column_type(s, at) == SQLITE_NULL ? value : sqlite3_column_double(s, at);
}

static int read_points(struct pb_store *store, sqlite3_stmt *s, GHashTable *by_id,
		       struct pb_history_series *series, GError **ret_error)
{
	g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(struct pb_history_point));
	int err;

	sqlite3_bind_int64(s, 1, series->id);
	while ((err = pb_sql_step(store, s, ret_error)) > 0) {
		double value = sqlite3_column_double(s, 2);
		struct pb_history_point point = {
			.boots = (guint)sqlite3_column_int(s, 1),
			.value = value,
			.low = bound_at(s, 3, value),
			.high = bound_at(s, 4, value),
		};

		if (find_run(by_id, sqlite3_column_int64(s, 0), &point.run))
			g_array_append_val(points, point);
	}
	sqlite3_reset(s);
	series->count = points->len;
	series->points = (struct pb_history_point *)g_array_free(g_steal_pointer(&points), FALSE);
	sort_points(series);
	return err;
}

static struct pb_history_series *read_series(sqlite3_stmt *s)
{
	struct pb_history_series *series = g_new0(struct pb_history_series, 1);
	int at = 0;

	series->id = sqlite3_column_int64(s, at++);
	g_strlcpy(series->key, pb_sql_column(s, at++), sizeof(series->key));
	series->case_id = text_at(s, &at);
	series->benchmark = text_at(s, &at);
	series->metric = text_at(s, &at);
	series->unit = text_at(s, &at);
	series->evidence = text_at(s, &at);
	series->machine = text_at(s, &at);
	series->config = text_at(s, &at);
	series->higher_is_better = sqlite3_column_int(s, at++) != 0;
	series->primary = sqlite3_column_int(s, at++) != 0;
	series->is_exact = sqlite3_column_int(s, at++) != 0;
	series->min_effect_percent = sqlite3_column_double(s, at);
	return series;
}

/* "gup/pin_fast*" finds all its cases; the brackets of a case are no set of letters. */
static bool is_wanted(const struct pb_history_series *series, const char *glob)
{
	g_autoptr(GPatternSpec) pattern = glob ? g_pattern_spec_new(glob) : NULL;

	return !glob || !strcmp(glob, series->key) || !strcmp(glob, series->benchmark) ||
	       g_pattern_spec_match_string(pattern, series->case_id);
}

struct walk {
	struct pb_store *store;
	sqlite3_stmt *points;
	GHashTable *by_id;
	const char *glob;
	pb_series_fn take;
	void *context;
};

/* A series whose results were all superseded has no points, and is none. */
static int take_series(struct walk *w, sqlite3_stmt *list, GError **ret_error)
{
	g_autoptr(pb_history_series) series = read_series(list);
	int err;

	if (!is_wanted(series, w->glob))
		return 0;
	err = read_points(w->store, w->points, w->by_id, series, ret_error);
	if (err || !series->count)
		return err;
	return w->take(series, w->context, ret_error);
}

int pb_store_each_series(struct pb_store *store, const struct pb_history_runs *runs,
			 const char *glob, pb_series_fn take, void *context, GError **ret_error)
{
	g_autoptr(GHashTable) by_id = index_runs(runs);
	g_autoptr(sqlite3_stmt) list = pb_sql_prepare(
		store,
		"SELECT id, key, case_id, benchmark, metric, unit, evidence, machine, config,"
		" is_higher_better, is_primary, is_exact, min_effect_percent FROM series"
		" ORDER BY case_id, metric, evidence, machine, config, key",
		ret_error);
	g_autoptr(sqlite3_stmt) points = pb_sql_prepare(
		store, "SELECT result, boots, value, low, high FROM point WHERE series = ?",
		list ? ret_error : NULL);
	struct walk walk = {store, points, by_id, glob, take, context};
	int err;

	if (!list || !points)
		return -EIO;
	while ((err = pb_sql_step(store, list, ret_error)) > 0) {
		err = take_series(&walk, list, ret_error);
		if (err)
			return err;
	}
	return err;
}

int pb_store_each_gap(struct pb_store *store, const struct pb_history_runs *runs, pb_gap_fn take,
		      void *context, GError **ret_error)
{
	g_autoptr(GHashTable) by_id = index_runs(runs);
	g_autoptr(sqlite3_stmt) s = pb_sql_prepare(
		store,
		"SELECT gap.result, c.text, gap.outcome, r.text FROM gap"
		" JOIN text c ON c.id = gap.case_text JOIN text r ON r.id = gap.reason_text"
		" ORDER BY c.text, gap.result",
		ret_error);
	int err = s ? 0 : -EIO;

	while (!err && (err = pb_sql_step(store, s, ret_error)) > 0) {
		struct pb_history_gap gap = {
			.case_id = (char *)pb_sql_column(s, 1),
			.outcome = (char *)pb_sql_column(s, 2),
			.reason = (char *)pb_sql_column(s, 3),
		};

		err = find_run(by_id, sqlite3_column_int64(s, 0), &gap.run)
			      ? take(&gap, context, ret_error)
			      : 0;
	}
	return err;
}
