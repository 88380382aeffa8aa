/* The exports of a history made by hand, with and without hostile texts. */
#ifndef PINBENCH_TESTS_HISTORY_EXPORTED_H
#define PINBENCH_TESTS_HISTORY_EXPORTED_H

#include <stdio.h>

#include "reports/render/history/export/format.h"
#include "tests/unit/history_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

/* No UTF-8, and what CSV, KTAP and OpenMetrics have of their own. */
#define HOSTILE EVIL "\xff\xc3\r\n# SKIP \\ # EOF\n,\"\",;"

static const char *const kernels[] = {"6.1.150", "6.12.117", "6.12.117", "7.3.0", NULL};

/* What is exported, by hand. */
struct given {
	struct pb_history_runs *runs;
	struct pb_history_series *series[3]; /* worse; timed, few runs; exploratory */
	struct pb_moves moves[3];
	struct pb_history_gap gaps[3];
};

static inline struct pb_note *make_note(const struct pb_history_series *series)
{
	struct pb_note *note = g_new0(struct pb_note, 1);

	note->point = 2;
	note->run = series->points[2].run;
	note->which = PB_APPARATUS_TOOLCHAIN;
	note->from = g_strdup("gcc 12.2.0");
	note->to = g_strdup("gcc 14.1.0");
	return note;
}

static inline struct given make(void)
{
	static const double worse[] = {168.19, 200, 200, 200.5}, timed[] = {12.25, 12.5};
	static const double explored[] = {70000000001, 5};
	struct given g = {
		.runs = history_runs(kernels, PB_EVIDENCE_COUNTED),
		.series = {history_series("gup/pin[page=4k,batch=1]", PB_EVIDENCE_COUNTED, worse,
					  4),
			   history_series("gup/unpin[page=4k]", PB_EVIDENCE_TIMED, timed, 2),
			   history_series("null/empty", PB_EVIDENCE_COUNTED, explored, 2)},
		.gaps = {{1, "gup/gone[page=2m]", PB_OUTCOME_SKIP, "no such function"},
			 {3, "null/empty", PB_OUTCOME_FAIL, "it broke"},
			 {3, "gup/gone[page=2m]", PB_OUTCOME_SKIP, ""}},
	};

	g.moves[0] = history_moves(g.series[0], 1);
	g.moves[0].notes = make_note(g.series[0]);
	g.moves[0].note_count = 1;
	g.series[2]->primary = false;
	g_free(g.series[2]->unit);
	g.series[2]->unit = g_strdup("%");
	return g;
}

static inline void given_clear(struct given *g)
{
	for (gsize i = 0; i < G_N_ELEMENTS(g->series); i++) {
		pb_history_series_free(g->series[i]);
		pb_moves_clear(&g->moves[i]);
	}
	pb_history_runs_free(g->runs);
}

#define AUTO_GIVEN __attribute__((cleanup(given_clear))) struct given

static inline void replace(char **text, const char *with)
{
	g_free(*text);
	*text = g_strdup(with);
}

/* Hostile texts everywhere. */
static inline struct given make_hostile(void)
{
	struct given g = make();

	for (guint i = 0; i < g.runs->count; i++) {
		struct pb_history_run *run = &g.runs->runs[i];

		replace(&run->name, HOSTILE);
		replace(&run->release, HOSTILE);
		replace(&run->spec, HOSTILE);
		replace(&run->directory, HOSTILE);
		replace(&run->started, HOSTILE);
		replace(&run->apparatus[0], HOSTILE);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(g.series); i++) {
		replace(&g.series[i]->case_id, HOSTILE);
		replace(&g.series[i]->benchmark, HOSTILE);
		replace(&g.series[i]->metric, HOSTILE);
		replace(&g.series[i]->unit, HOSTILE);
		replace(&g.series[i]->machine, HOSTILE);
		replace(&g.series[i]->config, HOSTILE);
		g.gaps[i].case_id = (char *)(i ? HOSTILE "[" : HOSTILE);
		g.gaps[i].reason = (char *)HOSTILE;
	}
	g.moves[0].steps->text = g.moves[0].steps->when = HOSTILE;
	replace(&g.moves[0].notes->from, HOSTILE);
	return g;
}

/* The caller frees it. */
static inline char *export_of(const struct given *g, const char *format)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct pb_export e;

	assert_int_equal(pb_export_begin(&e, format, g->runs, out, NULL), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(g->series); i++)
		assert_int_equal(pb_export_take_series(&e, g->series[i], &g->moves[i], NULL), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(g->gaps); i++)
		assert_int_equal(pb_export_take_gap(&e, &g->gaps[i], NULL), 0);
	assert_int_equal(pb_export_end(&e, NULL), 0);
	pb_export_clear(&e);
	fclose(out);
	assert_int_equal(strlen(text), length);
	assert_true(g_utf8_validate(text, -1, NULL));
	lacks(text, "(null)");
	return text;
}

/* Of no series and no run. */
static inline char *export_of_nothing(const char *format)
{
	struct pb_history_runs none = {0};
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct pb_export e;

	assert_int_equal(pb_export_begin(&e, format, &none, out, NULL), 0);
	assert_int_equal(pb_export_end(&e, NULL), 0);
	pb_export_clear(&e);
	fclose(out);
	return text;
}

static inline json_t *export_json(const struct given *g, const char *format)
{
	g_autofree char *text = export_of(g, format);
	json_error_t why;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &why);

	if (!root)
		fail_msg("%d:%d: %s in\n%s", why.line, why.column, why.text, text);
	return root;
}

#define text_at(root, path) json_string_value(sample_at(root, path))

#endif
