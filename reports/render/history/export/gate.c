/* The gate: see gate.h. */
#include "reports/render/history/export/gate.h"

#include <math.h>

#include "reports/render/history/export/json_parts.h"
#include "reports/render/history/export/words.h"
#include "reports/render/text.h"

#define INDENT 10

static const char *const names[PB_GATE_COUNT] = {
	"new", "acknowledged", "justified", "fixed", "invalid", "unclear", "better",
};

/* An open regression. */
struct entry {
	double size;  /* of its percentage */
	gint64 since; /* when the first run after it was measured */
	char *percent, *what, *course, *standing;
	json_t *json;
};

static void entry_free(void *data)
{
	struct entry *entry = data;

	g_free(entry->percent);
	g_free(entry->what);
	g_free(entry->course);
	g_free(entry->standing);
	json_decref(entry->json);
	g_free(entry);
}

void pb_gate_init(struct pb_gate *gate)
{
	*gate = (struct pb_gate){.steps = g_ptr_array_new_with_free_func(entry_free)};
}

void pb_gate_clear(struct pb_gate *gate)
{
	g_clear_pointer(&gate->steps, g_ptr_array_unref);
}

static enum pb_gate_count count_of(const struct pb_step *step)
{
	static const enum pb_gate_count by_state[PB_STEP_STATE_COUNT] = {
		[PB_STEP_ACKNOWLEDGED] = PB_GATE_ACKNOWLEDGED,
		[PB_STEP_JUSTIFIED] = PB_GATE_JUSTIFIED,
		[PB_STEP_FIXED] = PB_GATE_FIXED,
		[PB_STEP_INVALID] = PB_GATE_INVALID,
	};

	if (step->state != PB_STEP_NEW)
		return by_state[step->state];
	if (step->unclear)
		return PB_GATE_UNCLEAR;
	return step->worse ? PB_GATE_NEW : PB_GATE_BETTER;
}

static char *course_of(const struct pb_history_series *series, const struct pb_history_runs *runs,
		       const struct pb_step *step)
{
	const struct pb_history_run *before = &runs->runs[step->before_run];
	const struct pb_history_run *after = &runs->runs[step->after_run];
	g_autofree char *from = pb_text_number(step->from);
	g_autofree char *to = pb_text_number(step->to);
	g_autofree char *when = pb_export_time(after->started_s, "%Y-%m-%d");

	return g_strdup_printf("%s to %s %s from %s to %s, %s%s", from, to, series->unit,
			       before->name, after->name,
			       step->kind == PB_STEP_DRIFT ? "in small steps, " : "", when);
}

static void add_open(struct pb_gate *gate, const struct pb_history_series *series,
		     const struct pb_history_runs *runs, const struct pb_step *step)
{
	struct entry *entry = g_new0(struct entry, 1);

	entry->size = isfinite(step->percent) ? fabs(step->percent) : INFINITY;
	entry->since = runs->runs[step->after_run].started_s;
	entry->percent = pb_export_percent(step->percent);
	entry->what = g_strdup_printf("%s %s", series->case_id, series->metric);
	entry->course = course_of(series, runs, step);
	entry->standing =
		g_strdup_printf("step %s, %s%s%s", step->id, pb_step_state_name(step->state),
				*step->text ? ": " : "", step->text);
	entry->json = pb_export_json_series(series);
	json_object_set_new(entry->json, "step", pb_export_json_step(series, runs, step));
	g_ptr_array_add(gate->steps, entry);
}

void pb_gate_add(struct pb_gate *gate, const struct pb_history_series *series,
		 const struct pb_history_runs *runs, const struct pb_moves *moves)
{
	if (!series->primary)
		return;
	for (guint i = 0; i < moves->step_count; i++) {
		gate->counts[count_of(&moves->steps[i])]++;
		if (!pb_step_is_open(series, &moves->steps[i]))
			continue;
		gate->open++;
		add_open(gate, series, runs, &moves->steps[i]);
	}
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = *(struct entry *const *)left;
	const struct entry *b = *(struct entry *const *)right;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->since < b->since ? -1 : a->since > b->since;
}

static void add_entry(GString *out, const struct entry *entry, size_t columns)
{
	g_autoptr(GString) what = g_string_new(NULL);

	pb_text_append_wrapped(what, entry->what, columns, INDENT);
	g_string_append_printf(out, "\n%-*s%s", INDENT, entry->percent, what->str + INDENT);
	pb_text_append_wrapped(out, entry->course, columns, INDENT);
	pb_text_append_wrapped(out, entry->standing, columns, INDENT);
}

static char *counts_text(const struct pb_gate *gate)
{
	GString *line = g_string_new(NULL);

	for (guint i = PB_GATE_ACKNOWLEDGED; i < PB_GATE_COUNT; i++)
		g_string_append_printf(line, "%s%u %s", line->len ? ", " : "", gate->counts[i],
				       names[i]);
	return g_string_free(line, FALSE);
}

void pb_gate_text(GString *out, struct pb_gate *gate, size_t columns)
{
	g_autofree char *counts = counts_text(gate);

	g_ptr_array_sort(gate->steps, compare);
	if (gate->open)
		g_string_append_printf(out, "%u open regression%s\n", gate->open,
				       gate->open == 1 ? "" : "s");
	else
		g_string_append(out, "no open regression\n");
	for (guint i = 0; i < gate->steps->len; i++)
		add_entry(out, gate->steps->pdata[i], columns);
	g_string_append_c(out, '\n');
	pb_text_append_wrapped(out, counts, columns, 0);
}

json_t *pb_gate_json(struct pb_gate *gate)
{
	json_t *open = json_array(), *counts = json_object();

	g_ptr_array_sort(gate->steps, compare);
	for (guint i = 0; i < gate->steps->len; i++) {
		const struct entry *entry = gate->steps->pdata[i];

		json_array_append(open, entry->json);
	}
	json_object_set_new(counts, "open", json_integer(gate->open));
	for (guint i = 0; i < PB_GATE_COUNT; i++)
		json_object_set_new(counts, names[i], json_integer(gate->counts[i]));
	return json_pack("{s:o, s:o}", "open", open, "counts", counts);
}
