/* What is gathered while the series go by: see parts.h. */
#include <math.h>
#include <string.h>

#include "reports/render/history/dashboard/parts.h"

/* In percent; what is worth a verdict at all is said by reports/history/limits.h. */
#define SEVERE	 20
#define MODERATE 5

void pb_dash_open(struct pb_dash *dash, const struct pb_site *site, struct pb_history_runs *runs,
		  GPtrArray *said)
{
	*dash = (struct pb_dash){.site = site, .runs = runs, .said = said};
	pb_releases_of(runs, &dash->releases);
	dash->release_of_run = g_new0(guint, runs->count + 1);
	for (guint i = 0; i < dash->releases.count; i++) {
		for (guint k = dash->releases.list[i].first_run; k < dash->releases.list[i].end_run;
		     k++)
			dash->release_of_run[k] = i;
	}
	if (dash->releases.count > PB_SHOWN_RELEASES)
		dash->first_shown = dash->releases.count - PB_SHOWN_RELEASES;
	dash->now_s = g_get_real_time() / G_USEC_PER_SEC;
	dash->texts = g_string_chunk_new(4096);
	dash->series = g_array_new(FALSE, TRUE, sizeof(struct pb_dash_series));
	dash->steps = g_array_new(FALSE, TRUE, sizeof(struct pb_dash_step));
	dash->coverage = pb_coverage_new(runs, &dash->releases);
	dash->health = pb_health_new(runs, &dash->releases);
	dash->buffer = g_string_new(NULL);
}

void pb_dash_clear(struct pb_dash *dash)
{
	for (guint i = 0; i < dash->series->len; i++)
		g_free(g_array_index(dash->series, struct pb_dash_series, i).cells);
	pb_releases_clear(&dash->releases);
	g_free(dash->release_of_run);
	g_string_chunk_free(dash->texts);
	g_array_unref(dash->series);
	g_array_unref(dash->steps);
	pb_coverage_free(dash->coverage);
	pb_health_free(dash->health);
	g_string_free(dash->buffer, TRUE);
}

GString *pb_dash_begin(struct pb_dash *dash, const char *function)
{
	g_string_printf(dash->buffer, "pinbench.%s(", function);
	return dash->buffer;
}

int pb_dash_end(struct pb_dash *dash, const char *name, GError **ret_error)
{
	g_string_append(dash->buffer, ");\n");
	return pb_site_write(dash->site, name, dash->buffer->str, dash->buffer->len, ret_error);
}

guint pb_dash_severity(const struct pb_step *step)
{
	double size = fabs(step->percent);

	return size >= SEVERE ? 2 : size >= MODERATE ? 1 : 0;
}

struct pb_heat_change pb_dash_change(const struct pb_dash *dash,
				     const struct pb_history_series *series,
				     const struct pb_release_level *levels, int from, guint to)
{
	struct pb_heat_change ret = {.mark = '.'};
	struct pb_release_change change;

	if (from < 0)
		return ret;
	change = pb_release_change(series, dash->runs, &levels[from], &levels[to]);
	if (!change.is_known && !change.is_unclear)
		return ret;
	ret.percent = (float)change.percent;
	if (!change.matters)
		ret.mark = '0';
	else if (change.is_unclear)
		ret.mark = 'u';
	else
		ret.mark = change.worse ? 'w' : 'b';
	return ret;
}

static struct pb_heat_cell *cells_of(const struct pb_dash *dash,
				     const struct pb_history_series *series,
				     const struct pb_release_level *levels)
{
	guint count = dash->releases.count - dash->first_shown;
	struct pb_heat_cell *cells = g_new0(struct pb_heat_cell, count + 1);

	for (guint i = 0; i < count; i++) {
		guint at = dash->first_shown + i;
		const struct pb_release *release = &dash->releases.list[at];

		cells[i].points = levels[at].points;
		cells[i].value = levels[at].value;
		cells[i].previous = pb_dash_change(dash, series, levels, release->previous, at);
		cells[i].long_term = pb_dash_change(dash, series, levels, release->long_term, at);
	}
	return cells;
}

static char *keep(struct pb_dash *dash, const char *text)
{
	return g_string_chunk_insert_const(dash->texts, text);
}

static void keep_series(struct pb_dash *dash, const struct pb_history_series *series,
			const struct pb_moves *moves, const struct pb_release_level *levels)
{
	struct pb_dash_series kept = {
		.head = *series,
		.last = series->points[series->count - 1],
		.detectable_percent = moves->detectable_percent,
		.alike_pairs = moves->alike_pairs,
		.alike_alarms = moves->alike_alarms,
		.step_count = moves->step_count,
		.cells = cells_of(dash, series, levels),
	};

	kept.head.case_id = keep(dash, series->case_id);
	kept.head.benchmark = keep(dash, series->benchmark);
	kept.head.metric = keep(dash, series->metric);
	kept.head.unit = keep(dash, series->unit);
	kept.head.evidence = keep(dash, series->evidence);
	kept.head.machine = keep(dash, series->machine);
	kept.head.config = keep(dash, series->config);
	kept.head.points = NULL;
	g_array_append_val(dash->series, kept);
}

static void keep_steps(struct pb_dash *dash, const struct pb_history_series *series,
		       const struct pb_moves *moves)
{
	for (guint i = 0; i < moves->step_count; i++) {
		struct pb_dash_step kept = {
			.series = dash->series->len - 1,
			.step = moves->steps[i],
			.is_open = pb_step_is_open(series, &moves->steps[i]),
		};

		g_array_append_val(dash->steps, kept);
	}
	dash->step_count += moves->step_count;
}

/* What is open first, then what is newest. */
static int compare_shown(gconstpointer left, gconstpointer right)
{
	const struct pb_dash_step *a = left, *b = right;

	if (a->is_open != b->is_open)
		return a->is_open ? -1 : 1;
	if (a->step.after_run != b->step.after_run)
		return a->step.after_run > b->step.after_run ? -1 : 1;
	return a->series < b->series ? -1 : a->series > b->series;
}

static void drop_old_steps(struct pb_dash *dash, guint most)
{
	if (dash->steps->len <= most)
		return;
	g_array_sort(dash->steps, compare_shown);
	g_array_set_size(dash->steps, PB_SHOWN_STEPS);
}

int pb_dash_take_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct pb_dash *dash = context;
	g_autofree struct pb_release_level *levels = pb_release_levels(series, &dash->releases);
	struct pb_moves moves;
	int err;

	pb_steps_find(series, dash->runs, dash->said, &moves);
	keep_series(dash, series, &moves, levels);
	keep_steps(dash, series, &moves);
	/* A series may step at every kernel, and there may be thousands of either. */
	drop_old_steps(dash, 4 * PB_SHOWN_STEPS);
	pb_coverage_take_series(dash->coverage, series, levels);
	pb_health_take(dash->health, series, &moves);
	err = pb_dash_write_points(dash, series, &moves, levels, ret_error);
	pb_moves_clear(&moves);
	return err;
}

int pb_dash_take_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	struct pb_dash *dash = context;

	(void)ret_error;
	pb_coverage_take_gap(dash->coverage, gap);
	return 0;
}

int pb_dash_finish(struct pb_dash *dash, GError **ret_error)
{
	int err;

	drop_old_steps(dash, PB_SHOWN_STEPS);
	err = pb_dash_write_index(dash, ret_error);
	if (!err)
		err = pb_dash_write_runs(dash, ret_error);
	if (!err)
		err = pb_dash_write_heat(dash, ret_error);
	if (!err)
		err = pb_dash_write_coverage(dash, ret_error);
	return err ? err : pb_dash_write_health(dash, ret_error);
}
