/* data/heat/N.js: some columns of the heat map, the newest in 0.js. See parts.h. */
#include "reports/render/history/dashboard/parts.h"

static void append_percents(GString *out, const struct pb_heat_cell *cells, guint count,
			    bool is_long_term)
{
	pb_script_next(out);
	g_string_append_c(out, '[');
	for (guint i = 0; i < count; i++) {
		const struct pb_heat_change *change =
			is_long_term ? &cells[i].long_term : &cells[i].previous;

		g_string_append(out, i ? "," : "");
		if (change->mark == '.')
			g_string_append_c(out, '0');
		else
			pb_script_number(out, change->percent, 4);
	}
	g_string_append(out, "],\"");
	for (guint i = 0; i < count; i++)
		g_string_append_c(out,
				  is_long_term ? cells[i].long_term.mark : cells[i].previous.mark);
	g_string_append_c(out, '"');
}

/* values, percents and marks against the previous release, the same against the long-term one */
static void append_row(GString *out, const struct pb_heat_cell *cells, guint count)
{
	pb_script_next(out);
	g_string_append(out, "\n[[");
	for (guint i = 0; i < count; i++) {
		g_string_append(out, i ? "," : "");
		if (cells[i].points)
			pb_script_number(out, cells[i].value, PB_BOUND_DIGITS);
	}
	/* A last hole would not count. */
	g_string_append(out, count && !cells[count - 1].points ? ",]" : "]");
	append_percents(out, cells, count, false);
	append_percents(out, cells, count, true);
	g_string_append_c(out, ']');
}

static int write_window(struct pb_dash *dash, guint number, guint first, guint end,
			GError **ret_error)
{
	g_autofree char *name = g_strdup_printf("data/heat/%u.js", number);
	GString *out = pb_dash_begin(dash, "heat");

	g_string_append_printf(out, "{number:%u,first:%u,end:%u,rows:[", number, first, end);
	for (guint i = 0; i < dash->series->len; i++) {
		const struct pb_dash_series *series =
			&g_array_index(dash->series, struct pb_dash_series, i);

		append_row(out, series->cells + first - dash->first_shown, end - first);
	}
	g_string_append(out, "]}");
	return pb_dash_end(dash, name, ret_error);
}

int pb_dash_write_heat(struct pb_dash *dash, GError **ret_error)
{
	guint end = dash->releases.count;
	int err = 0;

	for (guint number = 0; !err && end > dash->first_shown; number++) {
		guint shown = end - dash->first_shown;
		guint first = end - MIN(shown, PB_HEAT_COLUMNS);

		err = write_window(dash, number, first, end, ret_error);
		end = first;
	}
	return err;
}
