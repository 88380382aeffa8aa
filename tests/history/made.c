/* Results that nobody measured: see made.h. */
#include "tests/history/made.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "pinbench/result.h"
#include "reports/result.h"

/* 2020-01-01; a run every three hours */
#define FIRST_S	   1577836800
#define INTERVAL_S 10800

static double uniform(struct made_noise *noise)
{
	noise->state = noise->state * 6364136223846793005ull + 1442695040888963407ull;
	return ((double)(noise->state >> 11) + 0.5) / (double)(1ull << 53);
}

double made_normal(struct made_noise *noise)
{
	double a = uniform(noise), b = uniform(noise);

	return sqrt(-2 * log(a)) * cos(2 * G_PI * b);
}

static json_t *made_metric(const struct made_result *r, guint series)
{
	double value = r->value(r, series, r->context);
	json_t *metric =
		json_pack("{s:s, s:s, s:s, s:b}", "name", "pin", "unit",
			  !strcmp(r->evidence, PB_EVIDENCE_COUNTED) ? "insn/page" : "ns/page",
			  "better", "lower", "primary", 1);

	json_object_set_new(metric, "boots", json_pack("[[f]]", value));
	pb_metric_summarise(metric);
	return metric;
}

static char *made_id(guint series)
{
	static const char *const families[] = {"gup", "dmabuf", "notifier", "cma", "pfnmap", "p2p"};

	return g_strdup_printf("%s/made%u[backing=anon,batch=%u]",
			       families[series % G_N_ELEMENTS(families)], series / 60, series + 1);
}

static json_t *made_case(const struct made_result *r, guint series)
{
	g_autofree char *id = made_id(series);
	g_autofree char *benchmark = g_strndup(id, strcspn(id, "["));
	g_autofree char *batch = g_strdup_printf("%u", series + 1);

	if (series >= r->series)
		return json_pack("{s:s, s:s, s:{s:s}, s:s, s:s, s:[], s:{}, s:{}}", "id", id,
				 "benchmark", benchmark, "params", "batch", batch, "outcome",
				 "skip", "reason", "this kernel has no such thing", "metrics",
				 "counters", "facts");
	return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:[o], s:{}, s:{}}", "id", id, "benchmark",
			 benchmark, "params", "backing", "anon", "batch", batch, "outcome", "ok",
			 "metrics", made_metric(r, series), "counters", "facts");
}

static char *start_of(const struct made_result *r)
{
	g_autoptr(GDateTime) at =
		g_date_time_new_from_unix_utc(FIRST_S + (gint64)r->run * INTERVAL_S);

	return r->started ? g_strdup(r->started) : g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ");
}

static json_t *made_environment(const struct made_result *r)
{
	return json_pack("{s:s, s:s, s:i, s:{s:s, s:s, s:s, s:s, s:{s:s, s:s}}, s:{s:s}, s:s, s:s, "
			 "s:s, s:s}",
			 "kind", PB_KIND_GUEST, "evidence", r->evidence, "boots", 1, "kernel",
			 "spec", r->spec, "release", r->release, "config_sha256", "c0ffee",
			 "text_sha256", r->text_sha256, "options", "CONFIG_SMP", "y",
			 "CONFIG_DMABUF_MOVE_NOTIFY", "y", "machine", "name", "plain", "emulator",
			 r->emulator ? r->emulator : "QEMU emulator version 7.2.22", "cpu", "max",
			 "memory", "512 MiB", "toolchain",
			 r->toolchain ? r->toolchain : "gcc 12.2.0");
}

json_t *made_document(const struct made_result *r)
{
	g_autofree char *started = start_of(r);
	json_t *cases = json_array(), *benchmarks = json_object();

	for (guint i = 0; i < r->series + r->skipped; i++) {
		json_t *one = made_case(r, i);

		json_object_set_new(benchmarks,
				    json_string_value(json_object_get(one, "benchmark")),
				    json_pack("{s:s, s:s, s:s, s:s}", "summary", "made", "path", "",
					      "inside", "", "outside", ""));
		json_array_append_new(cases, one);
	}
	return json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:f, s:b}, s:o, s:o, s:o, s:[]}",
			 "schema", PB_RESULT_SCHEMA, "tool", "version", "0.1.0", "commit",
			 r->commit ? r->commit : "0123456789ab", "run", "command", "made",
			 "profile", "made", "started", started, "wall_seconds", 1.0, "interrupted",
			 0, "environment", made_environment(r), "benchmarks", benchmarks, "cases",
			 cases, "failures");
}

int made_write(const struct made_result *r, const char *directory)
{
	g_autoptr(GError) error = NULL;
	json_t *document = made_document(r);
	int err = g_mkdir_with_parents(directory, 0755);

	if (!err)
		err = pb_result_save(document, directory, &error);
	json_decref(document);
	if (err)
		fprintf(stderr, "%s: %s\n", directory, error ? error->message : "cannot be made");
	return err ? -1 : 0;
}
