/* series.json out of comparisons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/compare/series.h"
#include "reports/render/compare/series_text.h"
#include "tests/unit/sample.h"

static const char *const files[] = {"mm/gup.c", NULL};

/* A comparison of one figure, @before against @after. Free with json_decref. */
static json_t *comparison(double before, double after, const char *verdict)
{
	bool worse = !strcmp(verdict, "regression"), better = !strcmp(verdict, "improvement");

	return json_pack("{s:s, s:s, s:{s:i, s:i}, s:[{s:s, s:s, s:{s:s}, s:s, s:s, s:b, s:s, s:f, "
			 "s:f, s:f, s:f}], s:{s:[{s:s, s:s}]}}",
			 "verdict", verdict, "sentence", "What it came to.", "counts", "regression",
			 worse, "improvement", better, "cases", "id", "gup/pin[batch=1]",
			 "benchmark", "gup/pin", "params", "batch", "1", "metric", "pin", "unit",
			 "insn/page", "primary", 1, "verdict", verdict, "baseline", before,
			 "patched", after, "delta", after - before, "delta_percent",
			 (after - before) / before * 100, "validity", "changed_functions",
			 "function", "pin_it", "reached", worse || better ? "measured" : "no");
}

static const char *text_of(json_t *root, const char *path)
{
	return json_string_value(sample_at(root, path));
}

static double number_of(json_t *root, const char *path)
{
	return json_number_value(sample_at(root, path));
}

/* One without code of its own, one that costs, one that gives it back, one without a kernel. */
static json_t *series(void)
{
	json_t *worse = comparison(10, 12, "regression");
	json_t *better = comparison(12, 10, "improvement"),
	       *equal = comparison(10, 10, "unchanged");
	const struct pb_series_step steps[] = {
		{.subject = "a comment", .files = files, .spec = "s1", .same_code = true},
		{.subject = "a cost",
		 .files = files,
		 .spec = "s2",
		 .directory = "02",
		 .previous = worse,
		 .base = worse},
		{.subject = "a refund",
		 .files = files,
		 .spec = "s3",
		 .directory = "03",
		 .previous = better,
		 .base = equal},
		{.subject = "too late", .files = files, .spec = "s4", .error = "does not apply"},
	};
	json_t *root = pb_series_build(steps, G_N_ELEMENTS(steps));

	json_decref(worse);
	json_decref(better);
	json_decref(equal);
	json_object_set_new(root, "evidence", json_string(PB_EVIDENCE_COUNTED));
	return root;
}

static void each_by_itself_and_against_the_base(void **state)
{
	json_t *root = series();

	assert_string_equal(text_of(root, "verdict"), "regression");
	assert_int_equal(number_of(root, "first"), 2);
	assert_non_null(strstr(text_of(root, "sentence"), "\"a cost\", 1 worse"));
	assert_string_equal(text_of(root, "rows.0.previous.0.verdict"), "unchanged");
	assert_string_equal(text_of(root, "rows.0.previous.1.verdict"), "regression");
	assert_string_equal(text_of(root, "rows.0.previous.2.verdict"), "improvement");
	assert_string_equal(text_of(root, "rows.0.previous.3.verdict"), "missing");
	assert_string_equal(text_of(root, "rows.0.base.1.verdict"), "regression");
	assert_string_equal(text_of(root, "rows.0.base.2.verdict"), "unchanged");
	assert_string_equal(text_of(root, "rows.0.whole.verdict"), "unchanged");
	assert_true(number_of(root, "rows.0.previous.1.delta") == 2);
	assert_true(number_of(root, "rows.0.baseline") == 10);
	assert_string_equal(text_of(root, "patches.3.error"), "does not apply");
	json_decref(root);
}

static void as_text(void **state)
{
	json_t *root = series();
	g_autofree char *text = pb_render_series_text(root, 72);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		assert_true(strlen(*line) <= 72);
	assert_non_null(strstr(text, "changes no code"));
	assert_non_null(strstr(text, "NO KERNEL"));
	assert_non_null(strstr(text, "does not apply"));
	assert_non_null(strstr(text, "+2"));
	assert_non_null(strstr(text, "-2"));
	json_decref(root);
}

static void nothing_that_moves(void **state)
{
	json_t *equal = comparison(10, 10, "unchanged");
	const struct pb_series_step step = {.subject = "a",
					    .files = files,
					    .spec = "s",
					    .directory = "01",
					    .previous = equal,
					    .base = equal};
	json_t *root = pb_series_build(&step, 1);

	assert_true(json_is_null(sample_at(root, "first")));
	assert_string_equal(text_of(root, "verdict"), "unchanged");
	assert_string_equal(text_of(root, "patches.0.unreached.0"), "pin_it");
	json_decref(root);
	json_decref(equal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_by_itself_and_against_the_base),
		cmocka_unit_test(as_text),
		cmocka_unit_test(nothing_that_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
