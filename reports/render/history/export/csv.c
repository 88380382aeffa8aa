/*
 * A history as CSV (RFC 4180): a line for each point, in order of series and kernels, and in it the
 * step that begins there. A drift stands at the newest point, where it was found.
 */
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/words.h"

#define END "\r\n"

static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if (!g_ascii_isgraph(*text) || *text == '"' || *text == ',')
			return false;
	}
	return true;
}

/* Line ends may be in a field, other control characters not. */
static void add_field(GString *line, const char *text)
{
	g_autofree char *valid = NULL;

	if (is_plain(text)) {
		g_string_append_printf(line, "%s,", text);
		return;
	}
	valid = g_utf8_make_valid(text, -1);
	g_string_append_c(line, '"');
	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c == '"')
			g_string_append(line, "\"\"");
		else if (g_unichar_iscntrl(c) && c != '\n' && c != '\r')
			g_string_append(line, "\xef\xbf\xbd");
		else
			g_string_append_unichar(line, c);
	}
	g_string_append(line, "\",");
}

static void add_number(GString *line, double value)
{
	char digits[PB_EXPORT_NUMBER_BYTES];

	g_string_append(line, pb_export_number(value, digits));
	g_string_append_c(line, ',');
}

static void add_step(GString *line, const struct pb_step *step)
{
	if (!step) {
		g_string_append(line, ",,,");
		return;
	}
	add_field(line, step->id);
	add_number(line, step->percent);
	add_field(line, pb_step_state_name(step->state));
}

static void begin(struct pb_export *e)
{
	fputs("series,case,benchmark,metric,unit,better,evidence,machine,config,kernel,release,"
	      "started,value,low,high,boots,run,step,step_percent,step_state,drift,drift_percent,"
	      "drift_state" END,
	      e->out);
}

/* All that is the same for every point. */
static void add_head(GString *line, const struct pb_history_series *series)
{
	add_field(line, series->key);
	add_field(line, series->case_id);
	add_field(line, series->benchmark);
	add_field(line, series->metric);
	add_field(line, series->unit);
	add_field(line, series->higher_is_better ? "higher" : "lower");
	add_field(line, series->evidence);
	add_field(line, series->machine);
	add_field(line, series->config);
}

static void add_point(GString *line, const struct pb_history_run *run,
		      const struct pb_history_point *point)
{
	add_field(line, run->name);
	add_field(line, run->release);
	add_field(line, run->started);
	add_number(line, point->value);
	add_number(line, point->low);
	add_number(line, point->high);
	g_string_append_printf(line, "%u,", point->boots);
	add_field(line, run->sha256);
}

static void write_series(struct pb_export *e, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	g_autoptr(GString) line = g_string_new(NULL);
	gsize head;

	add_head(line, series);
	head = line->len;
	for (guint i = 0; i < series->count; i++) {
		g_string_truncate(line, head);
		add_point(line, &e->runs->runs[series->points[i].run], &series->points[i]);
		add_step(line, pb_export_step_at(moves, i, PB_STEP_JUMP));
		add_step(line, pb_export_step_at(moves, i, PB_STEP_DRIFT));
		g_string_truncate(line, line->len - 1);
		g_string_append(line, END);
		fwrite(line->str, 1, line->len, e->out);
	}
}

const struct pb_export_format pb_export_csv = {
	.name = "csv",
	.begin = begin,
	.series = write_series,
};
