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
#include <stdlib.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/json_parts.h"
#include "reports/render/history/export/words.h"

#define ORIGIN "pinbench"
/* Digits of a hash in an id. */
#define ID_DIGITS 32

/* Members of objects, as text: what many tests have in common is written out once. */
struct run_texts {
	char *head;	   /* of a test */
	char *environment; /* of its "misc" */
};

struct test_texts {
	char *path; /* and comment */
	char *machine;
	char *misc;
};

struct kcidb_state {
	guint written; /* of the list that is being written */
	struct run_texts *runs;
	guint run_count;
};

/* Unrefs @object. */
static char *members_of(json_t *object)
{
	char *text = json_dumps(object, JSON_EMBED | JSON_REAL_PRECISION(PB_RESULT_PRECISION));
	char *members = g_strdup(text ? text : "");

	free(text);
	json_decref(object);
	return members;
}

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

static void separate(struct pb_export *e)
{
	struct kcidb_state *state = e->state;

	fputs(state->written++ ? ",\n" : "\n", e->out);
}

static void put(struct pb_export *e, json_t *part)
{
	separate(e);
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

static struct run_texts describe_run(const struct pb_history_run *run)
{
	g_autofree char *build = build_id(run);
	g_autofree char *started = pb_export_time(run->started_s, PB_EXPORT_TIME_ISO);
	json_t *head = json_pack("{s:s, s:s}", "origin", ORIGIN, "build_id", build);
	json_t *misc = json_object();

	pb_export_json_set(head, "start_time", started);
	pb_export_json_set(misc, "kind", run->kind);
	pb_export_json_set(misc, "evidence", run->evidence);
	pb_export_json_set(misc, "emulator", run->apparatus[PB_APPARATUS_EMULATOR]);
	pb_export_json_set(misc, "machine", run->apparatus[PB_APPARATUS_MACHINE]);
	pb_export_json_set(misc, "tool", run->apparatus[PB_APPARATUS_TOOL]);
	return (struct run_texts){.head = members_of(head), .environment = members_of(misc)};
}

static void begin(struct pb_export *e)
{
	struct kcidb_state *state = g_new0(struct kcidb_state, 1);

	e->state = state;
	state->run_count = e->runs->count;
	state->runs = g_new0(struct run_texts, state->run_count + 1);
	for (guint i = 0; i < state->run_count; i++)
		state->runs[i] = describe_run(&e->runs->runs[i]);
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

static void test_texts_clear(struct test_texts *texts)
{
	g_free(texts->path);
	g_free(texts->machine);
	g_free(texts->misc);
}

/* @metric and @machine: "" of a case without figures. Unrefs @misc. */
static struct test_texts describe_test(const char *case_id, const char *metric, const char *comment,
				       const char *machine, json_t *misc)
{
	g_autofree char *path = path_of(case_id, metric);
	json_t *head =
		json_pack("{s:s, s:o}", "path", path, "comment", pb_export_json_text(comment));
	json_t *environment = json_object();

	pb_export_json_set(environment, "comment", machine);
	return (struct test_texts){
		.path = members_of(head),
		.machine = members_of(environment),
		.misc = members_of(misc),
	};
}

/* @what: which of the run's tests it is. @number and @misc: members more, or "". */
static void write_test(struct pb_export *e, guint run, const char *what, const char *status,
		       const struct test_texts *texts, const char *number, const char *misc)
{
	const struct kcidb_state *state = e->state;
	const char *sha256 = e->runs->runs[run].sha256;
	g_autofree char *id = id_of("test", sha256, what, "");

	separate(e);
	fprintf(e->out,
		"{\"id\": \"%s\", %s, %s, \"status\": \"%s\"%s, \"environment\": {%s%s\"misc\": "
		"{%s}}, \"misc\": {%s%s}}",
		id, state->runs[run].head, texts->path, status, number, texts->machine,
		*texts->machine ? ", " : "", state->runs[run].environment, texts->misc, misc);
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

/* NULL: there are none. */
static json_t *steps_at(const struct pb_export *e, const struct pb_history_series *series,
			const struct pb_moves *moves, guint point)
{
	json_t *list = NULL;

	for (guint i = 0; i < moves->step_count; i++) {
		if (moves->steps[i].after != point)
			continue;
		if (!list)
			list = json_array();
		json_array_append_new(list, pb_export_json_step(series, e->runs, &moves->steps[i]));
	}
	return list;
}

static char *number_of(const char *unit, const struct pb_history_point *point)
{
	char value[PB_EXPORT_NUMBER_BYTES];

	if (!isfinite(point->value))
		return g_strdup("");
	return g_strdup_printf(", \"number\": {\"value\": %s%s%s}",
			       pb_export_number(point->value, value), *unit ? ", " : "", unit);
}

/* What the schema has no place for, and differs from run to run. */
static char *misc_of(const struct pb_export *e, const struct pb_history_series *series,
		     const struct pb_moves *moves, guint at)
{
	const struct pb_history_point *point = &series->points[at];
	char low[PB_EXPORT_NUMBER_BYTES], high[PB_EXPORT_NUMBER_BYTES];
	json_t *steps = steps_at(e, series, moves, at);
	GString *misc = g_string_new(NULL);

	g_string_append_printf(misc, ", \"boots\": %u", point->boots);
	if (isfinite(point->low) && isfinite(point->high))
		g_string_append_printf(misc, ", \"low\": %s, \"high\": %s",
				       pb_export_number(point->low, low),
				       pb_export_number(point->high, high));
	if (steps) {
		g_autofree char *text = members_of(json_pack("{s:o}", "steps", steps));

		g_string_append_printf(misc, ", %s", text);
	}
	return g_string_free(misc, FALSE);
}

static struct test_texts describe_series(const struct pb_history_series *series)
{
	g_autofree char *comment = g_strjoin(" ", series->case_id, series->metric, NULL);
	json_t *misc = json_object();

	pb_export_json_set(misc, "series", series->key);
	pb_export_json_set(misc, "case", series->case_id);
	pb_export_json_set(misc, "metric", series->metric);
	pb_export_json_set(misc, "better",
			   series->higher_is_better ? PB_BETTER_HIGHER : PB_BETTER_LOWER);
	pb_export_json_set(misc, "evidence", series->evidence);
	pb_export_json_set(misc, "config", series->config);
	return describe_test(series->case_id, series->metric, comment, series->machine, misc);
}

static void write_series(struct pb_export *e, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	struct test_texts texts = describe_series(series);
	json_t *of_unit = json_object();
	g_autofree char *unit = NULL;

	pb_export_json_set(of_unit, "unit", series->unit);
	unit = members_of(of_unit);
	for (guint i = 0; i < series->count; i++) {
		const struct pb_history_point *point = &series->points[i];
		g_autofree char *number = number_of(unit, point);
		g_autofree char *misc = misc_of(e, series, moves, i);

		write_test(e, point->run, series->key, status_of(series, moves, i), &texts, number,
			   misc);
	}
	test_texts_clear(&texts);
}

static void write_gap(struct pb_export *e, const struct pb_history_gap *gap)
{
	bool is_broken = !strcmp(gap->outcome, PB_OUTCOME_FAIL);
	g_autofree char *comment = g_strjoin(": ", gap->case_id, gap->reason, NULL);
	json_t *misc = json_pack("{s:o}", "case", pb_export_json_text(gap->case_id));
	struct test_texts texts = describe_test(gap->case_id, "", comment, "", misc);

	write_test(e, gap->run, gap->case_id, is_broken ? "ERROR" : "SKIP", &texts, "", "");
	test_texts_clear(&texts);
}

static void end(struct pb_export *e)
{
	fputs("\n]}\n", e->out);
}

static void free_state(void *data)
{
	struct kcidb_state *state = data;

	for (guint i = 0; i < state->run_count; i++) {
		g_free(state->runs[i].head);
		g_free(state->runs[i].environment);
	}
	g_free(state->runs);
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
