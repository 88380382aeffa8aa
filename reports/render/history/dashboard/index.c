/* data/index.js, which every page needs, and data/runs.js: see parts.h. */
#include <math.h>
#include <string.h>

#include "reports/render/history/dashboard/parts.h"

static void put_integer(GString *out, gint64 value)
{
	pb_script_next(out);
	pb_script_integer(out, value);
}

static void put_number(GString *out, double value, int digits)
{
	pb_script_next(out);
	pb_script_number(out, value, digits);
}

static void put_string(GString *out, const char *text)
{
	pb_script_next(out);
	pb_script_string(out, text);
}

static void open_row(GString *out)
{
	pb_script_next(out);
	g_string_append(out, "\n[");
}

static void open_member(GString *out, const char *name)
{
	pb_script_next(out);
	g_string_append_printf(out, "\n%s:[", name);
}

/* name, branch, is long-term, first run, end of runs, previous, long-term one, when first measured
 */
static void append_kernels(GString *out, const struct pb_dash *dash)
{
	open_member(out, "kernels");
	for (guint i = 0; i < dash->releases.count; i++) {
		const struct pb_release *release = &dash->releases.list[i];
		gint64 first = G_MAXINT64;

		for (guint k = release->first_run; k < release->end_run; k++)
			first = MIN(first, dash->runs->runs[k].started_s);
		open_row(out);
		put_string(out, release->name);
		put_string(out, release->branch);
		put_integer(out, release->is_long_term);
		put_integer(out, release->first_run);
		put_integer(out, release->end_run);
		put_integer(out, release->previous);
		put_integer(out, release->long_term);
		put_integer(out, first);
		g_string_append_c(out, ']');
	}
	g_string_append_c(out, ']');
}

static void append_series(GString *out, const struct pb_dash *dash, struct pb_script_texts *texts)
{
	open_member(out, "series");
	for (guint i = 0; i < dash->series->len; i++) {
		const struct pb_dash_series *series =
			&g_array_index(dash->series, struct pb_dash_series, i);
		const struct pb_history_series *head = &series->head;

		open_row(out);
		put_string(out, head->key);
		pb_script_put_text(out, texts, head->case_id);
		pb_script_put_text(out, texts, head->benchmark);
		pb_script_put_text(out, texts, head->metric);
		pb_script_put_text(out, texts, head->unit);
		pb_script_put_text(out, texts, head->evidence);
		pb_script_put_text(out, texts, head->machine);
		pb_script_put_text(out, texts, head->config);
		put_integer(out, head->higher_is_better | head->primary << 1 | head->is_exact << 2);
		put_integer(out, head->count);
		put_integer(out, dash->release_of_run[series->last.run]);
		put_number(out, series->last.value, PB_FIGURE_DIGITS);
		put_number(out, series->last.low, PB_BOUND_DIGITS);
		put_number(out, series->last.high, PB_BOUND_DIGITS);
		put_number(out, series->detectable_percent, PB_PERCENT_DIGITS);
		put_integer(out, series->alike_pairs);
		put_integer(out, series->alike_alarms);
		put_integer(out, series->step_count);
		g_string_append_c(out, ']');
	}
	g_string_append_c(out, ']');
}

/* In parts: the figures, then what was said. */
static void append_step(GString *out, const struct pb_dash *dash, const struct pb_dash_step *item,
			struct pb_script_texts *texts)
{
	const struct pb_step *step = &item->step;
	bool is_changed = step->unclear && step->changed < PB_APPARATUS_COUNT;

	open_row(out);
	put_string(out, step->id);
	put_integer(out, item->series);
	put_integer(out, step->kind);
	put_integer(out, step->before_run);
	put_integer(out, step->after_run);
	put_integer(out, dash->release_of_run[step->before_run]);
	put_integer(out, dash->release_of_run[step->after_run]);
	put_integer(out, dash->runs->runs[step->after_run].started_s);
	put_number(out, step->from, PB_FIGURE_DIGITS);
	put_number(out, step->to, PB_FIGURE_DIGITS);
	put_number(out, step->percent, PB_PERCENT_DIGITS);
	put_number(out, step->low_percent, PB_PERCENT_DIGITS);
	put_number(out, step->high_percent, PB_PERCENT_DIGITS);
	put_number(out, step->p, PB_PERCENT_DIGITS);
	put_integer(out, step->worse | step->unclear << 1 | item->is_open << 2);
	put_integer(out, pb_dash_severity(step));
	pb_script_put_text(out, texts, is_changed ? pb_apparatus_name(step->changed) : "");
	put_integer(out, step->state);
	pb_script_put_text(out, texts, step->text);
	pb_script_put_text(out, texts, step->when);
	g_string_append_c(out, ']');
}

static void append_states(GString *out)
{
	open_member(out, "states");
	for (guint i = 0; i < PB_STEP_STATE_COUNT; i++)
		put_string(out, pb_step_state_name((enum pb_step_state)i));
	g_string_append_c(out, ']');
	open_member(out, "apparatus");
	for (guint i = 0; i < PB_APPARATUS_COUNT; i++)
		put_string(out, pb_apparatus_name((enum pb_apparatus)i));
	g_string_append_c(out, ']');
}

int pb_dash_write_index(struct pb_dash *dash, GError **ret_error)
{
	GString *out = pb_dash_begin(dash, "index");
	struct pb_script_texts texts;

	pb_script_texts_init(&texts);
	g_string_append_printf(
		out, "{made:%" G_GINT64_FORMAT ",runs:%u,columns:%u,shown:%u,steps_all:%u",
		dash->now_s, dash->runs->count, PB_HEAT_COLUMNS, dash->first_shown,
		dash->step_count);
	append_states(out);
	append_kernels(out, dash);
	append_series(out, dash, &texts);
	open_member(out, "steps");
	for (guint i = 0; i < dash->steps->len; i++)
		append_step(out, dash, &g_array_index(dash->steps, struct pb_dash_step, i), &texts);
	g_string_append_c(out, ']');
	g_string_append(out, ",\ntexts:");
	pb_script_append_texts(out, &texts);
	g_string_append_c(out, '}');
	pb_script_texts_clear(&texts);
	return pb_dash_end(dash, "data/index.js", ret_error);
}

static bool has_report(const struct pb_history_run *run)
{
	g_autofree char *path = g_build_filename(run->directory, "report.html", NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static void append_run(GString *out, const struct pb_history_run *run,
		       struct pb_script_texts *texts)
{
	g_autofree char *parent = g_path_get_dirname(run->directory);
	g_autofree char *name = g_path_get_basename(run->directory);

	open_row(out);
	put_integer(out, run->started_s);
	pb_script_put_text(out, texts, run->evidence);
	pb_script_put_text(out, texts, run->kind);
	pb_script_put_text(out, texts, run->profile);
	pb_script_put_text(out, texts, parent);
	put_string(out, name);
	put_integer(out, has_report(run) | run->interrupted << 1);
	for (guint i = 0; i < PB_APPARATUS_COUNT; i++)
		pb_script_put_text(out, texts, run->apparatus[i]);
	g_string_append_c(out, ']');
}

int pb_dash_write_runs(struct pb_dash *dash, GError **ret_error)
{
	GString *out = pb_dash_begin(dash, "runs");
	g_autofree char *around = g_path_get_dirname(dash->site->directory);
	struct pb_script_texts texts;

	pb_script_texts_init(&texts);
	g_string_append(out, "{around:");
	pb_script_string(out, around);
	open_member(out, "runs");
	for (guint i = 0; i < dash->runs->count; i++)
		append_run(out, &dash->runs->runs[i], &texts);
	g_string_append(out, "],\ntexts:");
	pb_script_append_texts(out, &texts);
	g_string_append_c(out, '}');
	pb_script_texts_clear(&texts);
	return pb_dash_end(dash, "data/runs.js", ret_error);
}
