/* The formats of an export: each is what its specification says, whatever is in the texts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/history/export/export.h"
#include "tests/unit/history_exported.h"
#include "tests/unit/scratch.h"

/* Records of fields, as RFC 4180 has them; unrefs to arrays of texts. */
static GPtrArray *read_csv(const char *text)
{
	GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	GPtrArray *record = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) field = g_string_new(NULL);
	bool inside = false;

	for (; *text; text++) {
		if (*text == '"' && inside && text[1] == '"') {
			g_string_append_c(field, *text++);
		} else if (*text == '"') {
			inside = !inside;
		} else if (!inside && (*text == ',' || g_str_has_prefix(text, "\r\n"))) {
			g_ptr_array_add(record, g_strdup(field->str));
			g_string_truncate(field, 0);
			if (*text == ',')
				continue;
			text++;
			g_ptr_array_add(records, record);
			record = g_ptr_array_new_with_free_func(g_free);
		} else {
			if (!inside && strchr("\r\n", *text))
				fail_msg("a line end outside of quotes before: %s", text);
			g_string_append_c(field, *text);
		}
	}
	assert_false(inside);
	assert_int_equal(record->len, 0);
	g_ptr_array_unref(record);
	return records;
}

#define CSV_COLUMNS 23

static const char *csv_cell(const GPtrArray *records, guint row, const char *column)
{
	const GPtrArray *head = records->pdata[0], *record = records->pdata[row];

	for (guint i = 0; i < head->len; i++) {
		if (!strcmp(head->pdata[i], column))
			return record->pdata[i];
	}
	fail_msg("no column %s", column);
	return NULL;
}

static void csv(void **state)
{
	AUTO_GIVEN g = make();
	g_autofree char *text = export_of(&g, "csv");
	g_autoptr(GPtrArray) records = read_csv(text);

	assert_int_equal(records->len, 1 + 4 + 2 + 2);
	for (guint i = 0; i < records->len; i++)
		assert_int_equal(((GPtrArray *)records->pdata[i])->len, CSV_COLUMNS);
	assert_string_equal(csv_cell(records, 1, "case"), "gup/pin[page=4k,batch=1]");
	assert_string_equal(csv_cell(records, 1, "value"), "168.19");
	assert_string_equal(csv_cell(records, 1, "kernel"), "6.1.150");
	assert_string_equal(csv_cell(records, 1, "step"), "");
	assert_string_equal(csv_cell(records, 2, "step"), "0123456789ab");
	assert_string_equal(csv_cell(records, 2, "step_percent"), "18.91313396");
	assert_string_equal(csv_cell(records, 2, "step_state"), "new");
	assert_string_equal(csv_cell(records, 2, "started"), "2026-11-21T12:00:00Z");
	assert_string_equal(csv_cell(records, 3, "step"), "");
	assert_string_equal(csv_cell(records, 5, "low"), "12.1275");
	assert_string_equal(csv_cell(records, 7, "value"), "70000000001");
	assert_string_equal(csv_cell(records, 8, "drift"), "");
}

static void csv_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	g_autofree char *text = export_of(&g, "csv");
	g_autoptr(GPtrArray) records = read_csv(text);

	assert_int_equal(records->len, 1 + 4 + 2 + 2);
	for (guint i = 0; i < records->len; i++)
		assert_int_equal(((GPtrArray *)records->pdata[i])->len, CSV_COLUMNS);
	has(csv_cell(records, 1, "case"), "<script>alert(1)</script>\"'|");
	has(csv_cell(records, 1, "case"), "\r\n# SKIP \\ # EOF\n,\"\",;");
	lacks(text, "\x1b");
}

/* Drifts have columns of their own, so that a jump may begin at the same point. */
static void csv_drift(void **state)
{
	AUTO_GIVEN g = make();
	g_autofree char *text = NULL;
	g_autoptr(GPtrArray) records = NULL;

	g.moves[0].steps[0].kind = PB_STEP_DRIFT;
	g.moves[0].steps[0].percent = INFINITY;
	g.series[0]->points[1].low = NAN;
	text = export_of(&g, "csv");
	records = read_csv(text);
	assert_string_equal(csv_cell(records, 2, "step"), "");
	assert_string_equal(csv_cell(records, 2, "low"), "");
	assert_string_equal(csv_cell(records, 2, "drift"), "0123456789ab");
	assert_string_equal(csv_cell(records, 2, "drift_percent"), "");
	assert_string_equal(csv_cell(records, 2, "drift_state"), "new");
}

static void json(void **state)
{
	AUTO_GIVEN g = make();
	json_t *root = export_json(&g, "json");

	assert_string_equal(text_at(root, "schema"), "pinbench-history/1");
	assert_int_equal(json_array_size(sample_at(root, "runs")), 4);
	assert_string_equal(text_at(root, "runs.3.kernel.name"), "7.3.0");
	assert_string_equal(text_at(root, "runs.0.apparatus.toolchain"), "gcc 12.2.0");
	assert_int_equal(json_array_size(sample_at(root, "series")), 3);
	assert_string_equal(text_at(root, "series.0.case"), "gup/pin[page=4k,batch=1]");
	assert_int_equal(json_array_size(sample_at(root, "series.0.points")), 4);
	assert_true(json_number_value(sample_at(root, "series.0.points.0.value")) == 168.19);
	assert_int_equal(json_integer_value(sample_at(root, "series.0.points.3.run")), 3);
	assert_string_equal(text_at(root, "series.0.steps.0.id"), "0123456789ab");
	assert_string_equal(text_at(root, "series.0.steps.0.after.kernel"), "6.12.117");
	assert_true(json_is_true(sample_at(root, "series.0.steps.0.open")));
	assert_string_equal(text_at(root, "series.0.notes.0.to"), "gcc 14.1.0");
	assert_int_equal(json_array_size(sample_at(root, "series.1.steps")), 0);
	assert_int_equal(json_integer_value(sample_at(root, "series.2.points.0.value")),
			 70000000001);
	assert_int_equal(json_array_size(sample_at(root, "gaps")), 3);
	assert_string_equal(text_at(root, "gaps.1.reason"), "it broke");
	json_decref(root);
}

static void json_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	json_t *root;

	g.series[0]->points[0].value = NAN;
	g.moves[0].steps[0].percent = INFINITY;
	root = export_json(&g, "json");
	has(text_at(root, "series.0.case"), "\x01\x1b[31m</pre>");
	assert_null(sample_at(root, "series.0.points.0.value"));
	assert_true(json_is_null(sample_at(root, "series.0.steps.0.percent")));
	json_decref(root);
}

static void json_of_nothing(void **state)
{
	static const char *const formats[] = {"json", "kcidb"};

	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *text = export_of_nothing(formats[i]);
		json_t *root = json_loads(text, 0, NULL);

		assert_non_null(root);
		json_decref(root);
	}
}

static void formats(void **state)
{
	static const char *const wanted[] = {"csv",  "json",  "junit",
					     "ktap", "kcidb", "openmetrics"};
	struct pb_history_runs none = {0};
	g_autoptr(GError) error = NULL;
	struct pb_export e;

	assert_int_equal(g_strv_length((char **)pb_history_export_formats()), G_N_ELEMENTS(wanted));
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		assert_string_equal(pb_history_export_formats()[i], wanted[i]);
	assert_int_not_equal(pb_export_begin(&e, "xml", &none, stdout, &error), 0);
	pb_export_clear(&e);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"'xml'", "junit", NULL});
}

/* A full disk is said, by whichever call notices it. */
static void unwritten(void **state)
{
	for (const char *const *name = pb_history_export_formats(); *name; name++) {
		AUTO_GIVEN g = make();
		g_autoptr(GError) error = NULL;
		FILE *out = fopen("/dev/full", "w");
		struct pb_export e;
		int err = pb_export_begin(&e, *name, g.runs, out, &error);

		if (!err)
			err = pb_export_take_series(&e, g.series[0], &g.moves[0], &error);
		if (!err)
			err = pb_export_end(&e, &error);
		assert_int_equal(err, -ENOSPC);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT,
				    (const char *[]){"free some space", NULL});
		pb_export_clear(&e);
		fclose(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),		cmocka_unit_test(csv_hostile),
		cmocka_unit_test(csv_drift),	cmocka_unit_test(json),
		cmocka_unit_test(json_hostile), cmocka_unit_test(json_of_nothing),
		cmocka_unit_test(formats),	cmocka_unit_test(unwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
