/*
 * A history made by hand: runs of three kernels, and series with what moved in them, for whatever
 * shows one without a database.
 */
#ifndef PINBENCH_TESTS_HISTORY_SAMPLE_H
#define PINBENCH_TESTS_HISTORY_SAMPLE_H

#include <string.h>

#include "pinbench/result.h"
#include "reports/history/steps.h"

/* 2026-11-20T12:00:00Z */
#define HISTORY_START 1795176000

/* Run @index of a kernel by name; its code is that of its name. */
static inline void history_set_run(struct pb_history_run *run, guint index, const char *name,
				   const char *evidence)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(HISTORY_START + index * 86400);
	g_autofree char *number = g_strdup_printf("run %u", index);

	*run = (struct pb_history_run){
		.id = index + 1,
		.sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, number, -1),
		.release = g_strdup(name),
		.branch = g_strndup(name, strcspn(name, ".") + 1 +
						  strcspn(name + strcspn(name, ".") + 1, ".")),
		.spec = g_strdup(name),
		.name = g_strdup(name),
		.text_sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1),
		.config_sha256 = g_strdup("c0ffee"),
		.started = g_date_time_format_iso8601(when),
		.started_s = g_date_time_to_unix(when),
		.evidence = g_strdup(evidence),
		.kind = g_strdup(PB_KIND_GUEST),
		.profile = g_strdup("quick"),
		.command = g_strdup("./run.sh run"),
		.directory = g_strdup_printf("/results/%s/%u", name, index),
		.apparatus = {g_strdup("gcc 12.2.0"), g_strdup("QEMU 7.2"),
			      g_strdup("plain 28801e31"), g_strdup("0.1.0 (abc)")},
	};
}

/* Kernels by name, a run each, NULL at the end. */
static inline struct pb_history_runs *history_runs(const char *const *names, const char *evidence)
{
	struct pb_history_runs *runs = g_new0(struct pb_history_runs, 1);

	runs->count = g_strv_length((char **)names);
	runs->runs = g_new0(struct pb_history_run, runs->count);
	for (guint i = 0; i < runs->count; i++)
		history_set_run(&runs->runs[i], i, names[i], evidence);
	return runs;
}

/* A primary series in insn/page with a value for each of the first @count runs. */
static inline struct pb_history_series *history_series(const char *case_id, const char *evidence,
						       const double *values, guint count)
{
	struct pb_history_series *series = g_new0(struct pb_history_series, 1);
	g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, case_id, -1);

	g_strlcpy(series->key, key, sizeof(series->key));
	series->case_id = g_strdup(case_id);
	series->benchmark = g_strndup(case_id, strcspn(case_id, "["));
	series->metric = g_strdup("pin");
	series->unit = g_strdup("insn/page");
	series->evidence = g_strdup(evidence);
	series->machine = g_strdup("plain");
	series->config = g_strdup("smp thp");
	series->primary = true;
	series->is_exact = !strcmp(evidence, PB_EVIDENCE_COUNTED);
	series->points = g_new0(struct pb_history_point, count);
	series->count = count;
	for (guint i = 0; i < count; i++)
		series->points[i] = (struct pb_history_point){
			.run = i,
			.boots = 2,
			.value = values[i],
			.low = series->is_exact ? values[i] : values[i] * 0.99,
			.high = series->is_exact ? values[i] : values[i] * 1.01,
		};
	return series;
}

/* One jump at the point @after. */
static inline struct pb_moves history_moves(const struct pb_history_series *series, guint after)
{
	struct pb_moves moves = {.steps = g_new0(struct pb_step, 1), .step_count = 1};
	struct pb_step *step = moves.steps;

	g_strlcpy(step->id, "0123456789ab", sizeof(step->id));
	step->before = after - 1;
	step->after = after;
	step->before_run = series->points[after - 1].run;
	step->after_run = series->points[after].run;
	step->from = series->points[after - 1].value;
	step->to = series->points[after].value;
	step->percent = (step->to / step->from - 1) * 100;
	step->low_percent = step->high_percent = step->percent;
	step->worse = step->percent > 0;
	step->changed = PB_APPARATUS_COUNT;
	step->text = step->when = "";
	return moves;
}

#endif
