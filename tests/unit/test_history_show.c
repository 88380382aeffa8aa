/* A history in a database as people and programs see it: the list, the gate, series, exports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/history/export/export.h"
#include "reports/render/history/export/list.h"
#include "reports/render/history/export/show.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define GOOD "gup/pin[backing=anon,batch=512]"

static void set_value(json_t *root, guint at, double value)
{
	g_autofree char *metric = g_strdup_printf("cases.%u.metrics.0", at);
	json_t *of = sample_at(root, metric);

	json_object_set_new(of, "boots", json_pack("[[f,f]]", value, value));
	assert_int_equal(pb_metric_summarise(of), 0);
}

/* The sample on a kernel, where the case of batch=512 takes @value. */
static void add(void **state, struct pb_store *store, const char *release, const char *started,
		double value)
{
	g_autofree char *directory = scratch_path(state, release);
	json_t *root = sample_root();
	struct pb_store_added added;

	sample_set(root, "environment.kernel.release", json_string(release));
	sample_set(root, "environment.kernel.spec", json_string(release));
	sample_set(root, "environment.kernel.text_sha256", json_string(release));
	sample_set(root, "run.started", json_string(started));
	set_value(root, 1, value);
	pb_result_free(sample_load(state, release, root));
	assert_int_equal(pb_store_add(store, directory, NULL, &added, NULL), 0);
	assert_true(added.is_new);
}

/* 6.12 is worse than 6.1, and 6.18 better than 6.12. */
static struct pb_store *open_store(void **state)
{
	g_autofree char *path = scratch_path(state, "history.db");
	struct pb_store *store = NULL;

	assert_int_equal(pb_store_open(path, PB_STORE_WRITE, &store, NULL), 0);
	add(state, store, "6.12.117", "2026-11-21T12:00:00Z", 80);
	add(state, store, "6.1.150", "2026-11-22T12:00:00Z", 64);
	add(state, store, "6.18.20", "2026-11-23T12:00:00Z", 72);
	return store;
}

/* What @call wrote; its result in @ret_err. */
struct caught {
	char *text;
	size_t length;
	FILE *out;
};

static FILE *catch (struct caught *caught)
{
	*caught = (struct caught){0};
	caught->out = open_memstream(&caught->text, &caught->length);
	return caught->out;
}

static char *caught_text(struct caught *caught)
{
	fclose(caught->out);
	assert_int_equal(strlen(caught->text), caught->length);
	lacks(caught->text, "(null)");
	return caught->text;
}

static char *show(struct pb_store *store, const char *glob, int columns, gboolean json)
{
	struct caught caught;

	assert_int_equal(pb_history_show(store, glob, catch (&caught), columns, json, NULL), 0);
	return caught_text(&caught);
}

static char *list_of(struct pb_store *store, int columns)
{
	struct caught caught;

	assert_int_equal(pb_history_list(store, catch (&caught), columns, NULL), 0);
	return caught_text(&caught);
}

/* Says @what of the first open step. */
static void say(struct pb_store *store, enum pb_step_state what, const char *text)
{
	g_autofree char *gate = show(store, NULL, 0, TRUE);
	json_t *root = json_loads(gate, 0, NULL);
	json_t *step = sample_at(root, "open.0");
	struct pb_store_said said = {
		.series = (char *)json_string_value(sample_at(step, "key")),
		.run = (char *)json_string_value(sample_at(step, "step.after.run")),
		.step = (char *)json_string_value(sample_at(step, "step.id")),
		.state = what,
		.text = (char *)text,
		.when = (char *)"2026-11-24T00:00:00Z",
	};

	assert_non_null(step);
	assert_int_equal(pb_store_say(store, &said, NULL), 0);
	json_decref(root);
}

static void list(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *wide = list_of(store, 0), *narrow = list_of(store, 75);
	g_auto(GStrv) lines = g_strsplit(narrow, "\n", -1);

	in_order(wide, (const char *[]){"kernel    started", "series  gaps  directory\n",
					"6.1.150   2026-11-22 12:00  counted   quick", *state,
					"/6.1.150\n", "6.12.117", "6.18.20", NULL});
	for (char **line = lines; **line; line++)
		assert_true(g_utf8_strlen(*line, -1) <= 75);
	has(narrow, "…");
	has(narrow, "/6.12.117\n");
}

static void list_of_nothing(void **state)
{
	g_autofree char *path = scratch_path(state, "history.db");
	g_autoptr(pb_store) store = NULL;
	g_autofree char *text = NULL, *gate = NULL;
	guint open = 1;

	assert_int_equal(pb_store_open(path, PB_STORE_WRITE, &store, NULL), 0);
	text = list_of(store, 0);
	has(text, "no results; ./run.sh history add DIR");
	gate = show(store, NULL, 0, FALSE);
	has(gate, "no open regression\n");
	assert_int_equal(pb_history_open_count(store, &open, NULL), 0);
	assert_int_equal(open, 0);
}

static void gate(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *text = show(store, NULL, 80, FALSE), *known = NULL, *settled = NULL;
	guint open = 0;

	in_order(text, (const char *[]){"1 open regression\n", "\n+25.00%   " GOOD " pin\n",
					"64 to 80 insn/page from 6.1.150 to 6.12.117, 2026-11-21",
					"step ", ", new\n",
					"0 acknowledged, 0 justified, 0 fixed, 0 invalid, 0 "
					"unclear, 1 better\n",
					NULL});
	assert_int_equal(pb_history_open_count(store, &open, NULL), 0);
	assert_int_equal(open, 1);
	say(store, PB_STEP_ACKNOWLEDGED, "is looked at\x1b[31m");
	known = show(store, NULL, 80, FALSE);
	has(known, "1 open regression\n");
	has(known, "acknowledged: is looked at?[31m\n");
	has(known, "1 acknowledged, 0 justified");
	say(store, PB_STEP_JUSTIFIED, "a fix of security");
	settled = show(store, NULL, 80, FALSE);
	has(settled, "no open regression\n");
	has(settled, "0 acknowledged, 1 justified");
	assert_int_equal(pb_history_open_count(store, &open, NULL), 0);
	assert_int_equal(open, 0);
}

static void gate_as_json(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *text = show(store, NULL, 0, TRUE);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	assert_string_equal(json_string_value(sample_at(root, "schema")),
			    "pinbench-history-show/1");
	assert_string_equal(json_string_value(sample_at(root, "open.0.case")), GOOD);
	assert_int_equal(json_integer_value(sample_at(root, "open.0.step.percent")), 25);
	assert_int_equal(json_integer_value(sample_at(root, "counts.open")), 1);
	assert_int_equal(json_integer_value(sample_at(root, "counts.better")), 1);
	json_decref(root);
}

static void series(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *text = show(store, GOOD, 80, FALSE);
	g_autofree char *all = show(store, "gup/*", 80, TRUE);
	json_t *root = json_loads(all, JSON_REJECT_DUPLICATES, NULL);

	say(store, PB_STEP_JUSTIFIED, "known");
	in_order(text,
		 (const char *[]){GOOD " pin, insn/page, lower is better\n", "counted on plain, ",
				  "; series ", "\n  6.1.150   64 insn/page, 1 run\n",
				  "      worse: +25.00% from 6.1.150 to 6.12.117",
				  "\n  6.12.117  80 insn/page, 1 run\n", "better: -10.00% from",
				  "\n  6.18.20   72 insn/page, 1 run\n", NULL});
	assert_non_null(root);
	assert_int_equal(json_array_size(sample_at(root, "series")), 6);
	json_decref(root);
}

static void series_as_json(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *text = NULL;
	json_t *root;

	say(store, PB_STEP_JUSTIFIED, "known");
	text = show(store, "*backing=anon,batch=512*", 0, TRUE);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(json_string_value(sample_at(root, "series.1.metric")), "pin");
	assert_string_equal(json_string_value(sample_at(root, "series.1.kernels.2.kernel")),
			    "6.18.20");
	assert_string_equal(json_string_value(sample_at(root, "series.1.steps.0.state")),
			    "justified");
	assert_string_equal(json_string_value(sample_at(root, "series.1.steps.0.text")), "known");
	json_decref(root);
}

static void unknown_series(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autoptr(GError) error = NULL;
	struct caught caught;
	g_autofree char *text = NULL;

	assert_int_equal(pb_history_show(store, "gpu/*", catch (&caught), 0, FALSE, &error),
			 -ENOENT);
	text = caught_text(&caught);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"'gpu/*'", NULL});
}

static char *export_of(struct pb_store *store, const char *format, const char *glob)
{
	struct caught caught;

	assert_int_equal(pb_history_export(store, format, glob, catch (&caught), NULL), 0);
	return caught_text(&caught);
}

static void exports(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	/* Two measured cases of three and two metrics each, on three kernels. */
	static const struct {
		const char *format, *has;
	} wanted[] = {
		{"csv", "series,case,benchmark"},
		{"json", "\"outcome\": \"skip\", \"reason\": \"no | way <here>\"}"},
		{"junit", "<testsuite name=\"gup/pin\" tests=\"6\" failures=\"1\" errors=\"1\" "
			  "skipped=\"2\">"},
		{"ktap", "KTAP version 1\n1..1\n"},
		{"kcidb", "\"status\": \"FAIL\""},
		{"openmetrics", "\npinbench_open_regressions 1\n# EOF\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_autofree char *text = export_of(store, wanted[i].format, NULL);

		has(text, wanted[i].has);
	}
}

/* A pattern chooses series and gaps; a key chooses one series, and no others' gaps. */
static void chosen(void **state)
{
	g_autoptr(pb_store) store = open_store(state);
	g_autofree char *skips = export_of(store, "json", "*=anon*");
	g_autofree char *series = show(store, GOOD, 0, TRUE);
	json_t *root = json_loads(series, 0, NULL);
	g_autofree char *one =
		export_of(store, "json", json_string_value(sample_at(root, "series.0.key")));
	g_autofree char *family = export_of(store, "json", "gup/pin");
	g_autoptr(GError) error = NULL;
	struct caught caught;
	g_autofree char *none = NULL;

	json_decref(root);
	lacks(skips, "backing=pfnmap");
	assert_int_equal(occurrences(skips, "\"points\""), 4);
	assert_int_equal(occurrences(one, "\"points\""), 1);
	lacks(one, "backing=pfnmap");
	has(family, "backing=pfnmap");
	assert_int_equal(pb_history_export(store, "junit", "nothing/*", catch (&caught), &error),
			 -ENOENT);
	none = caught_text(&caught);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"'nothing/*'", NULL});
	has(none, "</testsuites>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(list),	    IN_SCRATCH(list_of_nothing), IN_SCRATCH(gate),
		IN_SCRATCH(gate_as_json),   IN_SCRATCH(series),		 IN_SCRATCH(series_as_json),
		IN_SCRATCH(unknown_series), IN_SCRATCH(exports),	 IN_SCRATCH(chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
