/* The rows of a cross-release table: see rows.h. */
#include "reports/history/rows.h"

#include <string.h>

#include "reports/file.h"
#include "reports/history/releases.h"

struct table {
	const struct pb_history_runs *runs;
	int *column_of; /* of each run; -1: of another measurement */
	guint columns;
	json_t *rows, *gaps;
	GHashTable *rows_of; /* case -> GPtrArray of its rows, borrowed */
	GHashTable *gap_of;  /* case -> its gap, borrowed */
};

static json_t *empty_cells(guint count)
{
	json_t *cells = json_array();

	for (guint i = 0; i < count; i++)
		json_array_append_new(cells, json_null());
	return cells;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Of "gup/pin[page=4k,batch=1]". */
static json_t *params_of(const char *id)
{
	const char *bracket = strchr(id, '[');
	g_autofree char *inside = bracket ? g_strdup(bracket + 1) : g_strdup("");
	g_auto(GStrv) parts = NULL;
	json_t *ret = json_object();

	if (g_str_has_suffix(inside, "]"))
		inside[strlen(inside) - 1] = '\0';
	parts = g_strsplit(inside, ",", -1);
	for (char **part = parts; *part; part++) {
		char *equal = strchr(*part, '=');

		if (!equal)
			continue;
		*equal = '\0';
		json_object_set_new(ret, *part, json_string(equal + 1));
	}
	return ret;
}

static void know_row(struct table *t, const char *case_id, json_t *row)
{
	GPtrArray *rows = g_hash_table_lookup(t->rows_of, case_id);

	if (!rows) {
		rows = g_ptr_array_new();
		g_hash_table_insert(t->rows_of, g_strdup(case_id), rows);
	}
	g_ptr_array_add(rows, row);
}

/* Series of one figure that were made with other options or machines share its row. */
static json_t *row_for(struct table *t, const struct pb_history_series *series)
{
	json_t *last = json_array_get(t->rows, json_array_size(t->rows) - 1);

	if (last && !strcmp(text_at(last, "case"), series->case_id) &&
	    !strcmp(text_at(last, "metric"), series->metric) &&
	    !strcmp(text_at(last, "unit"), series->unit))
		return last;
	last = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:b, s:o}", "case", series->case_id,
			 "benchmark", series->benchmark, "params", params_of(series->case_id),
			 "metric", series->metric, "unit", series->unit, "better",
			 series->higher_is_better ? "higher" : "lower", "primary", series->primary,
			 "cells", empty_cells(t->columns));
	json_array_append_new(t->rows, last);
	know_row(t, series->case_id, last);
	return last;
}

static struct pb_release_level level_of(const struct pb_history_point *point)
{
	return (struct pb_release_level){
		.points = 1,
		.last_run = point->run,
		.value = point->value,
		.low = point->low,
		.high = point->high,
	};
}

static json_t *cell_new(const struct pb_history_series *series,
			const struct pb_history_point *point)
{
	return json_pack("{s:o, s:o, s:o, s:s}", "value", pb_number_or_null(point->value), "low",
			 pb_number_or_null(point->low), "high", pb_number_or_null(point->high),
			 "series", series->key);
}

static void add_change(json_t *cell, guint against, const struct pb_release_change *change)
{
	if (!change->is_known && !change->is_unclear)
		return;
	json_object_set_new(cell, "against", json_integer(against));
	json_object_set_new(cell, "change_percent", pb_number_or_null(change->percent));
	json_object_set_new(cell, "matters", json_boolean(change->matters));
	json_object_set_new(cell, "worse", json_boolean(change->worse));
	json_object_set_new(cell, "unclear", json_boolean(change->is_unclear));
}

/* @points: one for each column, or NULL. */
static void fill_cells(const struct table *t, const struct pb_history_series *series,
		       const struct pb_history_point *const *points, json_t *cells)
{
	struct pb_release_level before = {0};
	guint against = 0;

	for (guint c = 0; c < t->columns; c++) {
		struct pb_release_level here;
		struct pb_release_change change;
		json_t *cell;

		if (!points[c])
			continue;
		here = level_of(points[c]);
		change = pb_release_change(series, t->runs, &before, &here);
		cell = cell_new(series, points[c]);
		add_change(cell, against, &change);
		json_array_set_new(cells, c, cell);
		before = here;
		against = c;
	}
}

static int take_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct table *t = context;
	g_autofree const struct pb_history_point **points =
		g_new0(const struct pb_history_point *, t->columns);
	bool any = false;

	for (guint i = 0; series->primary && i < series->count; i++) {
		int column = t->column_of[series->points[i].run];

		if (column < 0)
			continue;
		points[column] = &series->points[i];
		any = true;
	}
	if (any)
		fill_cells(t, series, points, json_object_get(row_for(t, series), "cells"));
	return 0;
}

/* A change is told against the kernel right before, or not at all. */
static void part_unlike(json_t *row)
{
	static const char *const keys[] = {"against", "change_percent", "matters", "worse",
					   "unclear"};
	const char *before = NULL;
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(row, "cells"), i, cell) {
		const char *series = text_at(cell, "series");

		if (!series)
			continue;
		if (before && strcmp(before, series)) {
			for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
				json_object_del(cell, keys[k]);
			json_object_set_new(cell, "unlike", json_true());
		}
		before = series;
	}
}

static json_t *gap_cell(const struct pb_history_gap *gap)
{
	return json_pack("{s:s, s:s}", "outcome", gap->outcome, "reason", gap->reason);
}

static json_t *gap_for(struct table *t, const char *case_id)
{
	json_t *one = g_hash_table_lookup(t->gap_of, case_id);

	if (one)
		return one;
	one = json_pack("{s:s, s:o}", "case", case_id, "cells", empty_cells(t->columns));
	json_array_append_new(t->gaps, one);
	g_hash_table_insert(t->gap_of, g_strdup(case_id), one);
	return one;
}

static int take_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	struct table *t = context;
	int column = t->column_of[gap->run];
	const GPtrArray *rows;

	if (column < 0)
		return 0;
	rows = g_hash_table_lookup(t->rows_of, gap->case_id);
	if (!rows)
		json_array_set_new(json_object_get(gap_for(t, gap->case_id), "cells"),
				   (size_t)column, gap_cell(gap));
	for (guint i = 0; rows && i < rows->len; i++)
		json_array_set_new(json_object_get(rows->pdata[i], "cells"), (size_t)column,
				   gap_cell(gap));
	return 0;
}

/* Of a directory that was measured into twice, its newest result. */
static int *find_columns(const struct pb_history_runs *runs, const char *const *directories,
			 guint count)
{
	int *ret = g_new(int, runs->count + 1);

	for (guint i = 0; i < runs->count; i++)
		ret[i] = -1;
	for (guint c = 0; c < count; c++) {
		int newest = -1;

		for (guint i = 0; i < runs->count; i++) {
			const struct pb_history_run *run = &runs->runs[i];

			if (!g_strcmp0(run->directory, directories[c]) &&
			    (newest < 0 || run->started_s >= runs->runs[newest].started_s))
				newest = (int)i;
		}
		if (newest >= 0)
			ret[newest] = (int)c;
	}
	return ret;
}

static void rows_free(gpointer rows)
{
	g_ptr_array_unref(rows);
}

static void table_clear(struct table *t)
{
	g_free(t->column_of);
	json_decref(t->rows);
	json_decref(t->gaps);
	g_hash_table_unref(t->rows_of);
	g_hash_table_unref(t->gap_of);
}

int pb_release_rows(struct pb_store *store, const char *const *directories, guint count,
		    json_t **ret_members, GError **ret_error)
{
	g_autoptr(pb_history_runs) runs = NULL;
	struct table t = {.columns = count};
	json_t *row;
	size_t i;
	int err = pb_store_runs(store, &runs, ret_error);

	if (err)
		return err;
	t.runs = runs;
	t.column_of = find_columns(runs, directories, count);
	t.rows = json_array();
	t.gaps = json_array();
	t.rows_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rows_free);
	t.gap_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	err = pb_store_each_series(store, runs, NULL, take_series, &t, ret_error);
	json_array_foreach (t.rows, i, row)
		part_unlike(row);
	if (!err)
		err = pb_store_each_gap(store, runs, take_gap, &t, ret_error);
	if (!err)
		*ret_members = json_pack("{s:O, s:O}", "rows", t.rows, "gaps", t.gaps);
	table_clear(&t);
	return err;
}
