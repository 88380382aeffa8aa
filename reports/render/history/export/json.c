/*
 * A history as one JSON document, "pinbench-history/1": runs, series with their points, steps and
 * notes, gaps. Points and gaps name a run by its index in "runs".
 */
#include <errno.h>
#include <math.h>

#include "reports/render/history/export/format.h"
#include "reports/render/history/export/json_parts.h"
#include "reports/render/history/export/words.h"

#define SCHEMA "pinbench-history/1"

/* What came before in the list that is being written. */
struct json_state {
	guint series, gaps;
};

static void put(struct pb_export *e, json_t *part, size_t flags)
{
	if (!pb_export_json_write(e->out, part, flags) && !e->err && !ferror(e->out))
		e->err = ENOMEM;
}

static void separate(struct pb_export *e, guint *before)
{
	fputs((*before)++ ? ",\n" : "\n", e->out);
}

static void begin(struct pb_export *e)
{
	guint before = 0;

	e->state = g_new0(struct json_state, 1);
	fputs("{\"schema\": \"" SCHEMA "\", \"runs\": [", e->out);
	for (guint i = 0; i < e->runs->count; i++) {
		separate(e, &before);
		put(e, pb_export_json_run(&e->runs->runs[i]), 0);
	}
	fputs("\n], \"series\": [", e->out);
}

/* What is not finite is no number of JSON, and is left out. */
static void write_number(FILE *out, const char *key, double value)
{
	char digits[PB_EXPORT_NUMBER_BYTES];

	if (isfinite(value))
		fprintf(out, ", \"%s\": %s", key, pb_export_number(value, digits));
}

static void write_point(struct pb_export *e, const struct pb_history_point *point)
{
	fprintf(e->out, "{\"run\": %u, \"boots\": %u", point->run, point->boots);
	write_number(e->out, "value", point->value);
	write_number(e->out, "low", point->low);
	write_number(e->out, "high", point->high);
	fputs("}", e->out);
}

static void write_series(struct pb_export *e, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	struct json_state *state = e->state;
	guint before = 0;

	separate(e, &state->series);
	fputs("{", e->out);
	put(e, pb_export_json_series(series), JSON_EMBED);
	fputs(", \"points\": [", e->out);
	for (guint i = 0; i < series->count; i++) {
		separate(e, &before);
		write_point(e, &series->points[i]);
	}
	fputs("], \"steps\": ", e->out);
	put(e, pb_export_json_steps(series, e->runs, moves), 0);
	fputs(", \"notes\": ", e->out);
	put(e, pb_export_json_notes(e->runs, moves), 0);
	fputs("}", e->out);
}

static void begin_gaps(struct pb_export *e)
{
	fputs("\n], \"gaps\": [", e->out);
}

static void write_gap(struct pb_export *e, const struct pb_history_gap *gap)
{
	struct json_state *state = e->state;

	if (!state->gaps)
		begin_gaps(e);
	separate(e, &state->gaps);
	put(e,
	    json_pack("{s:i, s:o, s:o, s:o}", "run", (int)gap->run, "case",
		      pb_export_json_text(gap->case_id), "outcome",
		      pb_export_json_text(gap->outcome), "reason",
		      pb_export_json_text(gap->reason)),
	    0);
}

static void end(struct pb_export *e)
{
	const struct json_state *state = e->state;

	if (!state->gaps)
		begin_gaps(e);
	fputs("\n]}\n", e->out);
}

const struct pb_export_format pb_export_json = {
	.name = "json",
	.begin = begin,
	.series = write_series,
	.gap = write_gap,
	.end = end,
	.free_state = g_free,
};
