/* data/series/KEY.js: see parts.h. */
#include <math.h>
#include <string.h>

#include "reports/render/history/dashboard/parts.h"

/* Which points are drawn: all, or of every so many the least, the greatest, and the steps. */
static GArray *choose_points(const struct pb_history_series *series, const struct pb_moves *moves)
{
	GArray *chosen = g_array_sized_new(FALSE, FALSE, sizeof(guint), series->count);
	guint width =
		series->count > PB_DRAWN_POINTS ? series->count / (PB_DRAWN_POINTS / 2) + 1 : 1;
	guint step = 0;

	for (guint first = 0; first < series->count; first += width) {
		guint end = MIN(first + width, series->count), least = first, most = first;

		for (guint i = first; i < end; i++) {
			least = series->points[i].value < series->points[least].value ? i : least;
			most = series->points[i].value > series->points[most].value ? i : most;
		}
		for (guint i = first; i < end; i++) {
			while (step < moves->step_count && moves->steps[step].after < i)
				step++;
			if (i == least || i == most || i + 1 == series->count ||
			    (step < moves->step_count &&
			     (moves->steps[step].after == i || moves->steps[step].before == i)))
				g_array_append_val(chosen, i);
		}
	}
	return chosen;
}

static void append_runs(GString *out, const struct pb_history_series *series, const GArray *chosen)
{
	guint last = 0;

	for (guint i = 0; i < chosen->len; i++) {
		guint run = series->points[g_array_index(chosen, guint, i)].run;

		g_string_append(out, i ? "," : "");
		pb_script_integer(out, run - last);
		last = run;
	}
}

static void append_boots(GString *out, const struct pb_history_series *series, const GArray *chosen)
{
	guint first = series->points[0].boots;
	bool is_same = true;

	for (guint i = 0; is_same && i < series->count; i++)
		is_same = series->points[i].boots == first;
	for (guint i = 0; i < (is_same ? 1 : chosen->len); i++) {
		g_string_append(out, i ? "," : "");
		pb_script_integer(out, series->points[g_array_index(chosen, guint, i)].boots);
	}
}

static double bound(const struct pb_history_point *point, char which)
{
	return which == 'v' ? point->value : which == 'l' ? point->low : point->high;
}

static void append_values(GString *out, const struct pb_history_series *series,
			  const GArray *chosen, char which)
{
	int digits = which == 'v' ? PB_FIGURE_DIGITS : PB_BOUND_DIGITS;

	g_string_append_printf(out, "],\n%c:[", which);
	for (guint i = 0; i < chosen->len; i++) {
		g_string_append(out, i ? "," : "");
		pb_script_number(out,
				 bound(&series->points[g_array_index(chosen, guint, i)], which),
				 digits);
	}
}

static bool has_intervals(const struct pb_history_series *series)
{
	for (guint i = 0; i < series->count; i++) {
		if (series->points[i].low != series->points[i].high)
			return true;
	}
	return false;
}

/* Where in what is drawn a point is. */
static guint place(const GArray *chosen, guint point)
{
	guint low = 0, high = chosen->len;

	while (low < high) {
		guint middle = (low + high) / 2;

		if (g_array_index(chosen, guint, middle) < point)
			low = middle + 1;
		else
			high = middle;
	}
	return MIN(low, chosen->len - 1);
}

/* All steps of the series: id, kind, points before and after, figures, what was said. */
static void append_steps(GString *out, const struct pb_moves *moves, const GArray *chosen)
{
	g_string_append(out, "],\nsteps:[");
	for (guint i = 0; i < moves->step_count; i++) {
		const struct pb_step *step = &moves->steps[i];
		const double figures[] = {step->percent, step->low_percent, step->high_percent,
					  step->p};

		pb_script_next(out);
		g_string_append_c(out, '[');
		pb_script_string(out, step->id);
		g_string_append_printf(out, ",%d,%u,%u,", step->kind, place(chosen, step->before),
				       place(chosen, step->after));
		pb_script_number(out, step->from, PB_FIGURE_DIGITS);
		g_string_append_c(out, ',');
		pb_script_number(out, step->to, PB_FIGURE_DIGITS);
		for (gsize k = 0; k < G_N_ELEMENTS(figures); k++) {
			g_string_append_c(out, ',');
			pb_script_number(out, figures[k], PB_PERCENT_DIGITS);
		}
		g_string_append_printf(out, ",%d,%d,", step->worse | step->unclear << 1,
				       step->state);
		pb_script_string(out, step->text);
		g_string_append_c(out, ']');
	}
}

static void append_notes(GString *out, const struct pb_moves *moves, const GArray *chosen,
			 struct pb_script_texts *texts)
{
	g_string_append(out, "],\nnotes:[");
	for (guint i = 0; i < moves->note_count; i++) {
		const struct pb_note *note = &moves->notes[i];

		pb_script_next(out);
		g_string_append_printf(out, "[%u,%d", place(chosen, note->point), note->which);
		pb_script_put_text(out, texts, note->from);
		pb_script_put_text(out, texts, note->to);
		pb_script_next(out);
		pb_script_number(out, note->percent, PB_PERCENT_DIGITS);
		g_string_append_c(out, ']');
	}
}

static void append_change(GString *out, struct pb_heat_change change)
{
	g_string_append_c(out, ',');
	pb_script_number(out, change.mark == '.' ? 0 : change.percent, 4);
	g_string_append_printf(out, ",\"%c\"", change.mark);
}

/* kernel, runs, value, low, high, then the changes, each in percent and as a mark */
static void append_levels(GString *out, const struct pb_dash *dash,
			  const struct pb_history_series *series,
			  const struct pb_release_level *levels)
{
	g_string_append(out, "],\nlevels:[");
	for (guint i = dash->first_shown; i < dash->releases.count; i++) {
		const struct pb_release *release = &dash->releases.list[i];

		if (!levels[i].points)
			continue;
		pb_script_next(out);
		g_string_append_printf(out, "[%u,%u,%u,", i, levels[i].points, levels[i].last_run);
		pb_script_number(out, levels[i].value, PB_FIGURE_DIGITS);
		g_string_append_c(out, ',');
		pb_script_number(out, levels[i].low, PB_BOUND_DIGITS);
		g_string_append_c(out, ',');
		pb_script_number(out, levels[i].high, PB_BOUND_DIGITS);
		append_change(out, pb_dash_change(dash, series, levels, release->previous, i));
		append_change(out, pb_dash_change(dash, series, levels, release->long_term, i));
		g_string_append_c(out, ']');
	}
	g_string_append_c(out, ']');
}

int pb_dash_write_points(struct pb_dash *dash, const struct pb_history_series *series,
			 const struct pb_moves *moves, const struct pb_release_level *levels,
			 GError **ret_error)
{
	g_autofree char *name = g_strdup_printf("data/series/%s.js", series->key);
	g_autoptr(GArray) chosen = choose_points(series, moves);
	GString *out = pb_dash_begin(dash, "points");
	struct pb_script_texts texts;

	pb_script_texts_init(&texts);
	g_string_append_printf(out, "{key:\"%s\",all:%u,r:[", series->key, series->count);
	append_runs(out, series, chosen);
	g_string_append(out, "],\nb:[");
	append_boots(out, series, chosen);
	append_values(out, series, chosen, 'v');
	if (has_intervals(series)) {
		append_values(out, series, chosen, 'l');
		append_values(out, series, chosen, 'h');
	}
	append_steps(out, moves, chosen);
	append_notes(out, moves, chosen, &texts);
	append_levels(out, dash, series, levels);
	g_string_append(out, ",\ntexts:");
	pb_script_append_texts(out, &texts);
	g_string_append_c(out, '}');
	pb_script_texts_clear(&texts);
	return pb_dash_end(dash, name, ret_error);
}
