/* What moved in a history: see show.h. */
#include "reports/render/history/export/show.h"

#include <errno.h>

#include "reports/history/releases.h"
#include "reports/render/history/export/gate.h"
#include "reports/render/history/export/json_parts.h"
#include "reports/render/history/export/walk.h"
#include "reports/render/history/export/words.h"
#include "reports/render/text.h"

#define SCHEMA		"pinbench-history-show/1"
#define DEFAULT_COLUMNS 80
#define INDENT		2
#define DEEPER		6

struct showing {
	const struct pb_walk *walk;
	struct pb_releases releases;
	FILE *out;
	size_t columns;
	guint shown;
};

static bool is_of(const struct pb_release *release, guint run)
{
	return run >= release->first_run && run < release->end_run;
}

static void add_step(GString *out, const struct pb_history_series *series,
		     const struct pb_history_runs *runs, const struct pb_step *step, size_t columns)
{
	g_autofree char *words = pb_export_step(series, runs, step);
	g_autofree char *why = step->unclear ? pb_export_unclear(step) : g_strdup("");
	g_autofree char *low = pb_export_percent(step->low_percent);
	g_autofree char *high = pb_export_percent(step->high_percent);
	g_autofree char *interval =
		step->low_percent == step->high_percent
			? g_strdup("")
			: g_strdup_printf("; 95 %% interval %s to %s", low, high);
	g_autofree char *line =
		g_strdup_printf("%s: %s%s%s%s%s%s%s", step->worse ? "worse" : "better", words,
				*step->text ? ": " : "", step->text, interval,
				step->unclear ? "; unclear, as " : "", why,
				series->primary ? "" : "; exploratory: not judged");

	pb_text_append_wrapped(out, line, columns, DEEPER);
}

static void add_note(GString *out, const struct pb_note *note, size_t columns)
{
	g_autofree char *percent = pb_export_percent(note->percent);
	g_autofree char *line =
		g_strdup_printf("note: %s changed from %s to %s (figure: %s)",
				pb_apparatus_name(note->which), note->from, note->to, percent);

	pb_text_append_wrapped(out, line, columns, DEEPER);
}

/* What happened on the way to @release, or (@within) between its own runs. */
static void add_events(GString *out, const struct showing *s,
		       const struct pb_history_series *series, const struct pb_moves *moves,
		       const struct pb_release *release, bool within)
{
	for (guint i = 0; i < moves->step_count; i++) {
		const struct pb_step *step = &moves->steps[i];

		if (is_of(release, step->after_run) && is_of(release, step->before_run) == within)
			add_step(out, series, s->walk->runs, step, s->columns);
	}
	for (guint i = 0; i < moves->note_count; i++) {
		const struct pb_note *note = &moves->notes[i];
		guint before = series->points[note->point - 1].run;

		if (is_of(release, note->run) && is_of(release, before) == within)
			add_note(out, note, s->columns);
	}
}

static int width_of_kernels(const struct showing *s, const struct pb_release_level *levels)
{
	glong width = 0;

	for (guint i = 0; i < s->releases.count; i++) {
		if (levels[i].points)
			width = MAX(width, g_utf8_strlen(s->releases.list[i].name, -1));
	}
	return (int)width;
}

static void add_level(GString *out, const struct showing *s, const struct pb_release *release,
		      const struct pb_release_level *level, const char *unit, int width)
{
	g_autofree char *figure = pb_export_figure(level->value, level->low, level->high, unit);
	g_autoptr(GString) kernel = g_string_new(NULL);
	g_autofree char *line = NULL;

	pb_text_append_plain(kernel, release->name);
	line = g_strdup_printf("%s, %u run%s", figure, level->points,
			       level->points == 1 ? "" : "s");
	g_string_append_printf(out, "%*s%s%*s  ", INDENT, "", kernel->str,
			       width - (int)g_utf8_strlen(kernel->str, -1), "");
	pb_text_append_plain(out, line);
	g_string_append_c(out, '\n');
}

static void add_title(GString *out, const struct pb_history_series *series, size_t columns)
{
	g_autofree char *title =
		g_strdup_printf("%s %s, %s, %s is better", series->case_id, series->metric,
				series->unit, series->higher_is_better ? "higher" : "lower");
	g_autofree char *kind = g_strdup_printf("%s on %s, %s; series %s", series->evidence,
						series->machine, series->config, series->key);

	pb_text_append_wrapped(out, title, columns, 0);
	pb_text_append_wrapped(out, kind, columns, INDENT);
}

static int show_series(const struct pb_history_series *series, const struct pb_moves *moves,
		       void *context, GError **ret_error)
{
	struct showing *s = context;
	g_autofree struct pb_release_level *levels = pb_release_levels(series, &s->releases);
	g_autoptr(GString) out = g_string_new(s->shown++ ? "\n" : "");
	int width = width_of_kernels(s, levels);

	add_title(out, series, s->columns);
	for (guint i = 0; i < s->releases.count; i++) {
		const struct pb_release *release = &s->releases.list[i];

		if (!levels[i].points)
			continue;
		add_events(out, s, series, moves, release, false);
		add_level(out, s, release, &levels[i], series->unit, width);
		add_events(out, s, series, moves, release, true);
	}
	fputs(out->str, s->out);
	return pb_walk_flush(s->out, ret_error);
}

static json_t *levels_json(const struct showing *s, const struct pb_release_level *levels)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->releases.count; i++) {
		const struct pb_release_level *level = &levels[i];

		if (!level->points)
			continue;
		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:i, s:o, s:o, s:o}", "kernel",
				  pb_export_json_text(s->releases.list[i].name), "branch",
				  pb_export_json_text(s->releases.list[i].branch), "runs",
				  (int)level->points, "value", pb_export_json_number(level->value),
				  "low", pb_export_json_number(level->low), "high",
				  pb_export_json_number(level->high)));
	}
	return list;
}

static int write_json(FILE *out, json_t *part, size_t flags, GError **ret_error)
{
	if (!pb_export_json_write(out, part, flags))
		return pb_walk_unwritten(ferror(out) ? errno : ENOMEM, ret_error);
	return 0;
}

static int show_series_json(const struct pb_history_series *series, const struct pb_moves *moves,
			    void *context, GError **ret_error)
{
	struct showing *s = context;
	g_autofree struct pb_release_level *levels = pb_release_levels(series, &s->releases);
	json_t *object = pb_export_json_series(series);

	json_object_set_new(object, "detectable_percent",
			    pb_export_json_number(moves->detectable_percent));
	json_object_set_new(object, "kernels", levels_json(s, levels));
	json_object_set_new(object, "steps", pb_export_json_steps(series, s->walk->runs, moves));
	json_object_set_new(object, "notes", pb_export_json_notes(s->walk->runs, moves));
	fputs(s->shown++ ? ",\n" : "\n", s->out);
	return write_json(s->out, object, 0, ret_error);
}

static int show_matching(const struct pb_walk *walk, const char *glob, struct showing *s,
			 gboolean json, GError **ret_error)
{
	int err;

	pb_releases_of(walk->runs, &s->releases);
	if (json)
		fputs("{\"schema\": \"" SCHEMA "\", \"series\": [", s->out);
	err = pb_walk_series(walk, glob, json ? show_series_json : show_series, s, ret_error);
	if (json)
		fputs("\n]}\n", s->out);
	pb_releases_clear(&s->releases);
	return err;
}

struct collecting {
	struct pb_gate *gate;
	const struct pb_history_runs *runs;
};

static int collect(const struct pb_history_series *series, const struct pb_moves *moves,
		   void *context, GError **ret_error)
{
	const struct collecting *to = context;

	pb_gate_add(to->gate, series, to->runs, moves);
	return 0;
}

static int fill_gate(const struct pb_walk *walk, struct pb_gate *gate, GError **ret_error)
{
	struct collecting to = {gate, walk->runs};

	return pb_walk_series(walk, NULL, collect, &to, ret_error);
}

static int show_gate(const struct pb_walk *walk, const struct showing *s, gboolean json,
		     GError **ret_error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct pb_gate gate;
	int err;

	pb_gate_init(&gate);
	err = fill_gate(walk, &gate, ret_error);
	if (!err && json) {
		fputs("{\"schema\": \"" SCHEMA "\", ", s->out);
		err = write_json(s->out, pb_gate_json(&gate), JSON_EMBED, ret_error);
		fputs("}\n", s->out);
	} else if (!err) {
		pb_gate_text(text, &gate, s->columns);
		fputs(text->str, s->out);
	}
	pb_gate_clear(&gate);
	return err;
}

int pb_history_show(struct pb_store *store, const char *glob, FILE *out, int columns, gboolean json,
		    GError **ret_error)
{
	struct pb_walk walk;
	struct showing s = {
		.walk = &walk,
		.out = out,
		.columns = columns > 0 ? (size_t)columns : DEFAULT_COLUMNS,
	};
	int err = pb_walk_open(store, &walk, ret_error);

	if (!err)
		err = glob ? show_matching(&walk, glob, &s, json, ret_error)
			   : show_gate(&walk, &s, json, ret_error);
	if (!err)
		err = pb_walk_flush(out, ret_error);
	pb_walk_clear(&walk);
	return err;
}

int pb_history_open_count(struct pb_store *store, guint *ret_open, GError **ret_error)
{
	struct pb_gate gate;
	struct pb_walk walk;
	int err = pb_walk_open(store, &walk, ret_error);

	pb_gate_init(&gate);
	if (!err)
		err = fill_gate(&walk, &gate, ret_error);
	*ret_open = gate.open;
	pb_gate_clear(&gate);
	pb_walk_clear(&walk);
	return err;
}
