/*
 * A history for KCIDB, in its I/O schema 5.3: a checkout for each kernel by name, a build for each
 * of its codes and configurations, and a test for each figure of a run. Versions 4.x have neither
 * a test's "number" with its unit nor "status" of builds.
 *
 * A test is PASS; FAIL where an open regression begins; DONE of exploratory metrics, which are
 * measured and not judged; SKIP or ERROR, without a number, where a run has no figure.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/json_parts.h"
#include "reports/render/history/export/words.h"

#define ORIGIN "pinbench"
/* Digits of a hash in an id. */
#define ID_DIGITS 32

struct kcidb_state {
	guint written; /* of the list that is being written */
	char **builds; /* ids, by run; NULL at the end */
};

/* ids of what is the same are the same in every database. */
static char *id_of(const char *a, const char *b, const char *c, const char *d)
{
	g_autofree char *all = g_strjoin("\n", a, b, c, d, NULL);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);

	return g_strdup_printf(ORIGIN ":%.*s", ID_DIGITS, hash);
}

static char *checkout_id(const struct pb_history_run *run)
{
	return id_of("checkout", run->name, run->release, "");
}

static char *build_id(const struct pb_history_run *run)
{
	g_autofree char *checkout = checkout_id(run);

	return id_of("build", checkout, run->text_sha256, run->config_sha256);
}

static void put(struct pb_export *e, json_t *part)
{
	struct kcidb_state *state = e->state;

	fputs(state->written++ ? ",\n" : "\n", e->out);
	if (!pb_export_json_write(e->out, part, 0) && !e->err && !ferror(e->out))
		e->err = ENOMEM;
}

static json_t *checkout_of(const struct pb_history_run *run, const char *id)
{
	g_autofree char *comment = g_strconcat("Linux ", run->name, NULL);
	json_t *misc = json_object();

	pb_export_json_set(misc, "kernel", run->name);
	pb_export_json_set(misc, "release", run->release);
	pb_export_json_set(misc, "branch", run->branch);
	pb_export_json_set(misc, "spec", run->spec);
	return json_pack("{s:s, s:s, s:o, s:b, s:o}", "id", id, "origin", ORIGIN, "comment",
			 pb_export_json_text(comment), "valid", 1, "misc", misc);
}

static json_t *build_of(const struct pb_history_run *run, const char *id)
{
	g_autofree char *checkout = checkout_id(run);
	json_t *misc = json_object();
	json_t *build = json_pack("{s:s, s:s, s:s, s:s}", "id", id, "origin", ORIGIN, "checkout_id",
				  checkout, "status", "PASS");

	pb_export_json_set(build, "compiler", run->apparatus[PB_APPARATUS_TOOLCHAIN]);
	pb_export_json_set(misc, "text_sha256", run->text_sha256);
	pb_export_json_set(misc, "config_sha256", run->config_sha256);
	json_object_set_new(build, "misc", misc);
	return build;
}

/* Of all runs that have the same one it is written once. */
static void write_list(struct pb_export *e, const char *name,
		       char *(*name_it)(const struct pb_history_run *run),
		       json_t *(*describe)(const struct pb_history_run *run, const char *id))
{
	struct kcidb_state *state = e->state;
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	state->written = 0;
	fprintf(e->out, ", \"%s\": [", name);
	for (guint i = 0; i < e->runs->count; i++) {
		char *id = name_it(&e->runs->runs[i]);

		if (!g_hash_table_contains(known, id))
			put(e, describe(&e->runs->runs[i], id));
		g_hash_table_add(known, id);
	}
	fputs("\n]", e->out);
}

static void begin(struct pb_export *e)
{
	struct kcidb_state *state = g_new0(struct kcidb_state, 1);

	e->state = state;
	state->builds = g_new0(char *, e->runs->count + 1);
	for (guint i = 0; i < e->runs->count; i++)
		state->builds[i] = build_id(&e->runs->runs[i]);
	fputs("{\"version\": {\"major\": 5, \"minor\": 3}", e->out);
	write_list(e, "checkouts", checkout_id, checkout_of);
	write_list(e, "builds", build_id, build_of);
	state->written = 0;
	fputs(", \"tests\": [", e->out);
}

/* One part of a path, of the characters that it may have. */
static void add_part(GString *path, const char *text)
{
	g_string_append_c(path, '.');
	if (!*text)
		g_string_append_c(path, '_');
	for (; *text; text++)
		g_string_append_c(path, g_ascii_isalnum(*text) || *text == '-' ? *text : '_');
}

/* "pinbench.gup.pin.page_4k_batch_1.pin" of "gup/pin[page=4k,batch=1]" and "pin". */
static char *path_of(const char *case_id, const char *metric)
{
	gsize length = strcspn(case_id, "[");
	const char *params = case_id + length;
	g_autofree char *benchmark = g_strndup(case_id, length);
	g_autofree char *inner = NULL;
	g_auto(GStrv) parts = g_strsplit(benchmark, "/", -1);
	GString *path = g_string_new(ORIGIN);

	for (char **part = parts; *part; part++)
		add_part(path, *part);
	if (*params) {
		inner = g_strndup(params + 1, strlen(params + 1) - g_str_has_suffix(params, "]"));
		add_part(path, inner);
	}
	if (*metric)
		add_part(path, metric);
	return g_string_free(path, FALSE);
}

static json_t *environment_of(const struct pb_history_run *run, const char *machine,
			      const char *config)
{
	json_t *misc = json_object(), *environment = json_object();

	pb_export_json_set(environment, "comment", machine);
	pb_export_json_set(misc, "kind", run->kind);
	pb_export_json_set(misc, "evidence", run->evidence);
	pb_export_json_set(misc, "config", config);
	pb_export_json_set(misc, "emulator", run->apparatus[PB_APPARATUS_EMULATOR]);
	pb_export_json_set(misc, "machine", run->apparatus[PB_APPARATUS_MACHINE]);
	pb_export_json_set(misc, "tool", run->apparatus[PB_APPARATUS_TOOL]);
	json_object_set_new(environment, "misc", misc);
	return environment;
}

/* All that a figure and a gap have. @path: of path_of(); @what: which of the run's tests it is. */
static json_t *test_of(const struct pb_export *e, guint run, const char *what, const char *path,
		       const char *status)
{
	const struct kcidb_state *state = e->state;
	const struct pb_history_run *of = &e->runs->runs[run];
	g_autofree char *id = id_of("test", of->sha256, what, "");
	g_autofree char *started = pb_export_time(of->started_s, PB_EXPORT_TIME_ISO);
	json_t *test = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id, "origin", ORIGIN,
				 "build_id", state->builds[run], "path", path, "status", status);

	pb_export_json_set(test, "start_time", started);
	return test;
}

static const char *status_of(const struct pb_history_series *series, const struct pb_moves *moves,
			     guint point)
{
	if (!series->primary)
		return "DONE";
	for (guint i = 0; i < moves->step_count; i++) {
		if (moves->steps[i].after == point && pb_step_is_open(series, &moves->steps[i]))
			return "FAIL";
	}
	return "PASS";
}

static json_t *steps_at(const struct pb_export *e, const struct pb_history_series *series,
			const struct pb_moves *moves, guint point)
{
	json_t *list = json_array();

	for (guint i = 0; i < moves->step_count; i++) {
		if (moves->steps[i].after == point)
			json_array_append_new(
				list, pb_export_json_step(series, e->runs, &moves->steps[i]));
	}
	return list;
}

/* What the schema has no place for. */
static json_t *misc_of(const struct pb_export *e, const struct pb_history_series *series,
		       const struct pb_moves *moves, guint at)
{
	const struct pb_history_point *point = &series->points[at];
	json_t *steps = steps_at(e, series, moves, at);
	json_t *misc = json_object();

	pb_export_json_set(misc, "series", series->key);
	pb_export_json_set(misc, "case", series->case_id);
	pb_export_json_set(misc, "metric", series->metric);
	pb_export_json_set(misc, "evidence", series->evidence);
	pb_export_json_set(misc, "better",
			   series->higher_is_better ? PB_BETTER_HIGHER : PB_BETTER_LOWER);
	if (isfinite(point->low) && isfinite(point->high)) {
		json_object_set_new(misc, "low", pb_export_json_number(point->low));
		json_object_set_new(misc, "high", pb_export_json_number(point->high));
	}
	json_object_set_new(misc, "boots", json_integer(point->boots));
	pb_export_json_set(misc, "run", e->runs->runs[point->run].sha256);
	if (json_array_size(steps))
		json_object_set(misc, "steps", steps);
	json_decref(steps);
	return misc;
}

static json_t *number_of(double value, const char *unit)
{
	json_t *number = json_pack("{s:o}", "value", pb_export_json_number(value));

	pb_export_json_set(number, "unit", unit);
	return number;
}

static void write_series(struct pb_export *e, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	g_autofree char *path = path_of(series->case_id, series->metric);
	g_autofree char *comment = g_strjoin(" ", series->case_id, series->metric, NULL);

	for (guint i = 0; i < series->count; i++) {
		const struct pb_history_point *point = &series->points[i];
		json_t *test =
			test_of(e, point->run, series->key, path, status_of(series, moves, i));

		pb_export_json_set(test, "comment", comment);
		if (isfinite(point->value))
			json_object_set_new(test, "number", number_of(point->value, series->unit));
		json_object_set_new(test, "environment",
				    environment_of(&e->runs->runs[point->run], series->machine,
						   series->config));
		json_object_set_new(test, "misc", misc_of(e, series, moves, i));
		put(e, test);
	}
}

static void write_gap(struct pb_export *e, const struct pb_history_gap *gap)
{
	bool is_broken = !strcmp(gap->outcome, PB_OUTCOME_FAIL);
	g_autofree char *path = path_of(gap->case_id, "");
	g_autofree char *comment = g_strjoin(": ", gap->case_id, gap->reason, NULL);
	json_t *test = test_of(e, gap->run, gap->case_id, path, is_broken ? "ERROR" : "SKIP");
	json_t *misc = json_object();

	pb_export_json_set(test, "comment", comment);
	json_object_set_new(test, "environment", environment_of(&e->runs->runs[gap->run], "", ""));
	pb_export_json_set(misc, "case", gap->case_id);
	pb_export_json_set(misc, "run", e->runs->runs[gap->run].sha256);
	json_object_set_new(test, "misc", misc);
	put(e, test);
}

static void end(struct pb_export *e)
{
	fputs("\n]}\n", e->out);
}

static void free_state(void *data)
{
	struct kcidb_state *state = data;

	g_strfreev(state->builds);
	g_free(state);
}

const struct pb_export_format pb_export_kcidb = {
	.name = "kcidb",
	.begin = begin,
	.series = write_series,
	.gap = write_gap,
	.end = end,
	.free_state = free_state,
};
