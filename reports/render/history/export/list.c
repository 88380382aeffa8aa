/* The results of a history: see list.h. */
#include "reports/render/history/export/list.h"

#include "reports/render/history/export/walk.h"
#include "reports/render/history/export/words.h"
#include "reports/render/text.h"

#define CUT "…"
#define GAP 2
/* Less of a directory says nothing. */
#define LEAST 8

enum column {
	COLUMN_KERNEL,
	COLUMN_STARTED,
	COLUMN_EVIDENCE,
	COLUMN_PROFILE,
	COLUMN_SERIES,
	COLUMN_GAPS,
	COLUMN_DIRECTORY,
	COLUMN_COUNT,
};

static const char *const titles[COLUMN_COUNT] = {
	"kernel", "started", "evidence", "profile", "series", "gaps", "directory",
};

struct table {
	GPtrArray *rows; /* GStrv */
	glong widths[COLUMN_COUNT];
};

/* By run. */
struct counts {
	guint *series, *gaps;
};

static int count_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct counts *counts = context;

	for (guint i = 0; i < series->count; i++)
		counts->series[series->points[i].run]++;
	return 0;
}

static int count_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	struct counts *counts = context;

	counts->gaps[gap->run]++;
	return 0;
}

static char *plain(const char *text)
{
	GString *out = g_string_new(NULL);

	pb_text_append_plain(out, text);
	return g_string_free(out, FALSE);
}

static void add_row(struct table *table, char **row)
{
	for (guint i = 0; i < COLUMN_COUNT; i++)
		table->widths[i] = MAX(table->widths[i], g_utf8_strlen(row[i], -1));
	g_ptr_array_add(table->rows, row);
}

static void add_titles(struct table *table)
{
	char **row = g_new0(char *, COLUMN_COUNT + 1);

	for (guint i = 0; i < COLUMN_COUNT; i++)
		row[i] = g_strdup(titles[i]);
	add_row(table, row);
}

static void add_run(struct table *table, const struct pb_history_run *run, guint series, guint gaps)
{
	g_autofree char *profile =
		g_strconcat(run->profile, run->interrupted ? ", interrupted" : "", NULL);
	char **row = g_new0(char *, COLUMN_COUNT + 1);

	row[COLUMN_KERNEL] = plain(run->name);
	row[COLUMN_STARTED] = pb_export_time(run->started_s, PB_EXPORT_TIME_SHORT);
	row[COLUMN_EVIDENCE] = plain(run->evidence);
	row[COLUMN_PROFILE] = plain(profile);
	row[COLUMN_SERIES] = g_strdup_printf("%u", series);
	row[COLUMN_GAPS] = g_strdup_printf("%u", gaps);
	row[COLUMN_DIRECTORY] = plain(run->directory);
	add_row(table, row);
}

/* The end of a directory tells results apart. */
static void add_end_of(GString *line, const char *text, glong room)
{
	glong length = g_utf8_strlen(text, -1);

	if (length <= room)
		g_string_append(line, text);
	else
		g_string_append_printf(line, CUT "%s",
				       g_utf8_offset_to_pointer(text, length - room + 1));
}

static void cut(GString *line, glong columns)
{
	if (columns && g_utf8_strlen(line->str, -1) > columns)
		g_string_truncate(
			line, (gsize)(g_utf8_offset_to_pointer(line->str, columns) - line->str));
}

static void add_padded(GString *line, const char *text, glong width, bool right)
{
	int pad = (int)(width - g_utf8_strlen(text, -1));

	g_string_append_printf(line, "%*s%s%*s%*s", right ? pad : 0, "", text, right ? 0 : pad, "",
			       GAP, "");
}

static void write_row(FILE *out, const struct table *table, char **row, glong columns)
{
	g_autoptr(GString) line = g_string_new(NULL);
	glong room;

	for (guint i = 0; i < COLUMN_DIRECTORY; i++)
		add_padded(line, row[i], table->widths[i], i == COLUMN_SERIES || i == COLUMN_GAPS);
	room = columns ? columns - g_utf8_strlen(line->str, -1)
		       : g_utf8_strlen(row[COLUMN_DIRECTORY], -1);
	add_end_of(line, row[COLUMN_DIRECTORY], MAX(room, LEAST));
	cut(line, columns);
	fprintf(out, "%s\n", line->str);
}

static void write_table(const struct pb_walk *walk, const struct counts *counts, FILE *out,
			int columns)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	struct table table = {.rows = rows};

	if (!walk->runs->count) {
		fputs("no results; ./run.sh history add DIR adds one\n", out);
		return;
	}
	add_titles(&table);
	for (guint i = 0; i < walk->runs->count; i++)
		add_run(&table, &walk->runs->runs[i], counts->series[i], counts->gaps[i]);
	for (guint i = 0; i < rows->len; i++)
		write_row(out, &table, rows->pdata[i], MAX(columns, 0));
}

static int list_runs(const struct pb_walk *walk, FILE *out, int columns, GError **ret_error)
{
	g_autofree guint *series = g_new0(guint, walk->runs->count + 1);
	g_autofree guint *gaps = g_new0(guint, walk->runs->count + 1);
	struct counts counts = {series, gaps};
	int err = pb_store_each_series(walk->store, walk->runs, NULL, count_series, &counts,
				       ret_error);

	if (!err)
		err = pb_store_each_gap(walk->store, walk->runs, count_gap, &counts, ret_error);
	if (err)
		return err;
	write_table(walk, &counts, out, columns);
	return pb_walk_flush(out, ret_error);
}

int pb_history_list(struct pb_store *store, FILE *out, int columns, GError **ret_error)
{
	struct pb_walk walk;
	int err = pb_walk_open(store, &walk, ret_error);

	if (!err)
		err = list_runs(&walk, out, columns, ret_error);
	pb_walk_clear(&walk);
	return err;
}
