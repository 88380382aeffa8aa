/* What a history is made of, as JSON: see json_parts.h. */
#include "reports/render/history/export/json_parts.h"

#include <math.h>

#include "pinbench/result.h"

/* Beyond it a double is no exact whole number. */
#define MOST_WHOLE 9007199254740992.0

json_t *pb_export_json_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	return json_string(valid);
}

json_t *pb_export_json_number(double value)
{
	if (!isfinite(value))
		return json_null();
	if (value == floor(value) && fabs(value) < MOST_WHOLE)
		return json_integer((json_int_t)value);
	return json_real(value);
}

void pb_export_json_set(json_t *object, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(object, key, pb_export_json_text(text));
}

/* A function's, so that a member of that name stays one. */
#define text(value)   pb_export_json_text(value)
#define number(value) pb_export_json_number(value)

json_t *pb_export_json_run(const struct pb_history_run *run)
{
	json_t *kernel = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "name", text(run->name),
				   "release", text(run->release), "branch", text(run->branch),
				   "spec", text(run->spec), "text_sha256", text(run->text_sha256),
				   "config_sha256", text(run->config_sha256));
	json_t *apparatus = json_pack("{s:o, s:o, s:o, s:o}", "toolchain",
				      text(run->apparatus[PB_APPARATUS_TOOLCHAIN]), "emulator",
				      text(run->apparatus[PB_APPARATUS_EMULATOR]), "machine",
				      text(run->apparatus[PB_APPARATUS_MACHINE]), "tool",
				      text(run->apparatus[PB_APPARATUS_TOOL]));

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "sha256",
			 text(run->sha256), "kernel", kernel, "started", text(run->started),
			 "evidence", text(run->evidence), "kind", text(run->kind), "profile",
			 text(run->profile), "command", text(run->command), "directory",
			 text(run->directory), "apparatus", apparatus, "interrupted",
			 run->interrupted);
}

json_t *pb_export_json_series(const struct pb_history_series *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "key",
			 text(s->key), "case", text(s->case_id), "benchmark", text(s->benchmark),
			 "metric", text(s->metric), "unit", text(s->unit), "better",
			 s->higher_is_better ? PB_BETTER_HIGHER : PB_BETTER_LOWER, "primary",
			 s->primary, "exact", s->is_exact, "evidence", text(s->evidence), "machine",
			 text(s->machine), "config", text(s->config), "min_effect_percent",
			 number(s->min_effect_percent));
}

static json_t *place(const struct pb_history_runs *runs, guint point, guint run)
{
	return json_pack("{s:i, s:o, s:o}", "point", (int)point, "kernel",
			 text(runs->runs[run].name), "run", text(runs->runs[run].sha256));
}

json_t *pb_export_json_step(const struct pb_history_series *series,
			    const struct pb_history_runs *runs, const struct pb_step *step)
{
	json_t *out = json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:s}", "id",
		text(step->id), "kind", step->kind == PB_STEP_DRIFT ? "drift" : "jump", "before",
		place(runs, step->before, step->before_run), "after",
		place(runs, step->after, step->after_run), "from", number(step->from), "to",
		number(step->to), "percent", number(step->percent), "low_percent",
		number(step->low_percent), "high_percent", number(step->high_percent), "p",
		number(step->p), "worse", step->worse, "open", pb_step_is_open(series, step),
		"unclear", step->unclear, "state", pb_step_state_name(step->state));

	if (step->unclear && step->changed != PB_APPARATUS_COUNT)
		pb_export_json_set(out, "changed", pb_apparatus_name(step->changed));
	pb_export_json_set(out, "text", step->text);
	pb_export_json_set(out, "when", step->when);
	return out;
}

json_t *pb_export_json_steps(const struct pb_history_series *series,
			     const struct pb_history_runs *runs, const struct pb_moves *moves)
{
	json_t *list = json_array();

	for (guint i = 0; i < moves->step_count; i++)
		json_array_append_new(list, pb_export_json_step(series, runs, &moves->steps[i]));
	return list;
}

json_t *pb_export_json_notes(const struct pb_history_runs *runs, const struct pb_moves *moves)
{
	json_t *list = json_array();

	for (guint i = 0; i < moves->note_count; i++) {
		const struct pb_note *note = &moves->notes[i];

		json_array_append_new(
			list, json_pack("{s:o, s:s, s:o, s:o, s:o}", "at",
					place(runs, note->point, note->run), "changed",
					pb_apparatus_name(note->which), "from", text(note->from),
					"to", text(note->to), "percent", number(note->percent)));
	}
	return list;
}

bool pb_export_json_write(FILE *out, json_t *part, size_t flags)
{
	bool ok = !json_dumpf(part, out,
			      flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(PB_RESULT_PRECISION));

	json_decref(part);
	return ok;
}
