/* compare.json out of two results, read back, and as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/error.h"
#include "reports/render/compare/text.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

static const struct pb_compare_rules rules = {.min_effect = 0.001, .min_absolute = 0.5};

static int compare_pair(const struct pb_result *before, const struct pb_result *after,
			json_t **ret_root, GError **ret_error)
{
	const struct pb_compare_inputs inputs = {
		.baseline = before, .patched = after, .rules = rules};

	return pb_compare_results(&inputs, ret_root, ret_error);
}

/* Takes @patched; the baseline is the sample as it is. */
static struct pb_comparison *compare(void **state, json_t *patched)
{
	g_autoptr(pb_result) before = sample_load(state, "before", sample_root());
	g_autoptr(pb_result) after = sample_load(state, "after", patched);
	struct pb_comparison *comparison = NULL;
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	if (compare_pair(before, after, &root, &error))
		fail_msg("%s", error->message);
	json_object_set_new(root, "schema", json_string(PB_COMPARE_SCHEMA));
	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	if (pb_comparison_load(*state, &comparison, &error))
		fail_msg("%s", error->message);
	return comparison;
}

static const struct pb_comparison_row *row(const struct pb_comparison *c, const char *id,
					   const char *metric)
{
	for (size_t i = 0; i < c->row_count; i++) {
		if (!strcmp(c->rows[i].id, id) && !strcmp(c->rows[i].metric, metric))
			return &c->rows[i];
	}
	fail_msg("no row for %s %s", id, metric);
	return NULL;
}

static void set_pin(json_t *root, const char *number, double value)
{
	g_autofree char *path = g_strdup_printf("cases.%s.metrics.0.median", number);

	sample_set(root, path, json_real(value));
}

static void nothing_moved(void **state)
{
	g_autoptr(pb_comparison) c = compare(state, sample_root());

	assert_int_equal(c->verdict, PB_VERDICT_UNCHANGED);
	assert_int_equal(c->counts[PB_VERDICT_UNCHANGED], 3);
	/* What neither side could measure is missing, not gone. */
	assert_int_equal(c->counts[PB_VERDICT_MISSING], 3);
	assert_non_null(strstr(row(c, "gup/pin[backing=bad,batch=1]", "")->reason, "it broke"));
	assert_false(row(c, "gup/pin[backing=anon,batch=512]", "p99")->primary);
}

static void worse_and_better(void **state)
{
	json_t *patched = sample_root();
	g_autoptr(pb_comparison) c = NULL;
	const struct pb_comparison_row *worst;

	set_pin(patched, "0", 2665);   /* 0.04 %: worth nothing */
	set_pin(patched, "1", 65.125); /* one more */
	set_pin(patched, "2", 60.5);
	c = compare(state, patched);
	assert_int_equal(c->verdict, PB_VERDICT_REGRESSION);
	assert_int_equal(c->counts[PB_VERDICT_REGRESSION], 1);
	assert_int_equal(c->counts[PB_VERDICT_IMPROVEMENT], 1);
	worst = &c->rows[0];
	assert_string_equal(worst->id, "gup/pin[backing=anon,batch=512]");
	assert_true(worst->delta == 1);
	assert_true(worst->delta_percent > 1.559 && worst->delta_percent < 1.560);
	assert_true(row(c, "gup/pin[backing=anon,batch=1]", "pin")->negligible);
	assert_non_null(strstr(c->sentence, "1 of 3 figures got worse, 1 better"));
}

/* What the layout of memory moves by itself is no change, and beyond that there is one. */
static void less_than_the_metric_may_say(void **state)
{
	static const double medians[] = {64.7, 64.9};
	static const char *const verdicts[] = {"unchanged", "regression"};

	for (size_t i = 0; i < G_N_ELEMENTS(medians); i++) {
		json_t *before = sample_root(), *after = sample_root(), *root = NULL;
		g_autoptr(pb_result) one = NULL, other = NULL;

		/* 1 % of 64.125 is 0.64. */
		sample_set(before, "cases.1.metrics.0.min_effect_percent", json_real(1));
		sample_set(after, "cases.1.metrics.0.min_effect_percent", json_real(1));
		set_pin(after, "1", medians[i]);
		one = sample_load(state, "one", before);
		other = sample_load(state, "other", after);
		assert_int_equal(compare_pair(one, other, &root, NULL), 0);
		assert_string_equal(json_string_value(sample_at(root, "verdict")), verdicts[i]);
		json_decref(root);
	}
}

/* More of something that is better when there is more of it. */
static void higher_is_better(void **state)
{
	json_t *before = sample_root(), *after = sample_root(), *root = NULL;
	g_autoptr(pb_result) one = NULL, other = NULL;

	sample_set(before, "cases.1.metrics.0.better", json_string(PB_BETTER_HIGHER));
	sample_set(after, "cases.1.metrics.0.better", json_string(PB_BETTER_HIGHER));
	set_pin(after, "1", 80);
	one = sample_load(state, "one", before);
	other = sample_load(state, "other", after);
	assert_int_equal(compare_pair(one, other, &root, NULL), 0);
	assert_string_equal(json_string_value(sample_at(root, "verdict")), "improvement");
	json_decref(root);
}

static void on_one_side_only(void **state)
{
	json_t *patched = sample_root();
	g_autoptr(pb_comparison) c = NULL;

	/* One is gone, one fails now, one can be measured now. */
	sample_set(patched, "cases.1.id", json_string("gup/pin[backing=new,batch=512]"));
	sample_set(patched, "cases.2.outcome", json_string(PB_OUTCOME_FAIL));
	sample_set(patched, "cases.2.reason", json_string("oops: it broke"));
	sample_set(patched, "cases.2.metrics", json_array());
	sample_set(patched, "cases.3.outcome", json_string(PB_OUTCOME_OK));
	sample_set(patched, "cases.3.reason", NULL);
	sample_set(patched, "cases.3.metrics",
		   json_deep_copy(sample_at(patched, "cases.0.metrics")));
	c = compare(state, patched);
	assert_non_null(strstr(row(c, "gup/pin[backing=anon,batch=512]", "pin")->reason,
			       "patched: not in the result"));
	assert_non_null(strstr(row(c, "gup/pin[backing=new,batch=512]", "pin")->reason,
			       "baseline: not in the result"));
	assert_non_null(strstr(row(c, "gup/pin[backing=shmem,batch=512]", "pin")->reason,
			       "patched: oops: it broke"));
	assert_int_equal(row(c, "gup/pin[backing=pfnmap,batch=1]", "pin")->verdict,
			 PB_VERDICT_MISSING);
	assert_int_equal(c->counts[PB_VERDICT_UNCHANGED], 1);
}

static const json_t *row_of(const json_t *root, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "id")), id))
			return one;
	}
	return NULL;
}

/* The same call, but not the same thing done in it. */
static void what_differs_in_kind_is_not_compared(void **state)
{
	json_t *before = sample_root(), *after = sample_root(), *root = NULL;
	g_autoptr(pb_result) one = NULL, other = NULL;
	const json_t *first;

	sample_set(before, "cases.1.conditions", json_pack("{s:s}", "mapping_pins", "no"));
	sample_set(after, "cases.1.conditions", json_pack("{s:s}", "mapping_pins", "yes"));
	set_pin(after, "1", 1000);
	one = sample_load(state, "one", before);
	other = sample_load(state, "other", after);
	assert_int_equal(compare_pair(one, other, &root, NULL), 0);
	assert_string_equal(json_string_value(sample_at(root, "verdict")), "unchanged");
	first = row_of(root, "gup/pin[backing=anon,batch=512]");
	assert_non_null(first);
	assert_string_equal(json_string_value(json_object_get(first, "verdict")), "missing");
	assert_non_null(strstr(json_string_value(json_object_get(first, "reason")),
			       "\"mapping_pins\" is no of the baseline, yes of the patched"));
	json_decref(root);
}

static void kinds_are_never_mixed(void **state)
{
	json_t *timed = sample_root(), *root = NULL;
	g_autoptr(pb_result) one = sample_load(state, "one", sample_root()), other = NULL;
	g_autoptr(GError) error = NULL;

	sample_set(timed, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	other = sample_load(state, "other", timed);
	assert_true(compare_pair(one, other, &root, &error) < 0);
	assert_null(root);
	scratch_check_error(error, PB_EXIT_USAGE,
			    (const char *[]){"counted", "timed", "never compared", NULL});
}

static struct pb_result *timed_under(void **state, const char *name, const char *accelerator)
{
	json_t *root = sample_root();

	sample_set(root, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	if (accelerator)
		sample_set(root, "environment.accelerator", json_string(accelerator));
	return sample_load(state, name, root);
}

/* Time of an emulator, and time of a processor: the same unit, and not the same thing. */
static void accelerators_are_never_mixed(void **state)
{
	g_autoptr(pb_result) kvm = timed_under(state, "one", "kvm");
	g_autoptr(pb_result) tcg = timed_under(state, "other", "tcg");
	g_autoptr(pb_result) old = timed_under(state, "old", NULL);
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	assert_true(compare_pair(kvm, tcg, &root, &error) < 0);
	assert_null(root);
	scratch_check_error(error, PB_EXIT_USAGE,
			    (const char *[]){"kvm", "tcg", "never compared", NULL});
	/* Of a result that does not say it stands among what differs. */
	assert_int_equal(compare_pair(kvm, old, &root, NULL), 0);
	assert_string_equal(json_string_value(sample_at(root, "validity.setup_differences.0.what")),
			    "accelerator");
	json_decref(root);
}

static void what_else_differs(void **state)
{
	json_t *patched = sample_root();
	g_autoptr(pb_comparison) c = NULL;

	sample_set(patched, "environment.kernel.options.CONFIG_HZ", json_string("250"));
	sample_set(patched, "environment.kernel.options.CONFIG_NEW", json_string("y"));
	sample_set(patched, "environment.toolchain", json_string("gcc 13"));
	c = compare(state, patched);
	assert_int_equal(json_array_size(sample_at(c->root, "validity.config_differences")), 2);
	assert_string_equal(
		json_string_value(sample_at(c->root, "validity.config_differences.1.baseline")),
		"n");
	assert_string_equal(
		json_string_value(sample_at(c->root, "validity.setup_differences.0.what")),
		"toolchain");
}

static void a_mail_in_72_columns(void **state)
{
	json_t *patched = sample_root();
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	set_pin(patched, "0", 3000);
	set_pin(patched, "1", 65.125);
	sample_set(patched, "environment.kernel.spec", json_string("6.12+\x1b[31mfix.patch"));
	c = compare(state, patched);
	text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	assert_non_null(strstr(text, "gup/pin: pin, insn/page\n  backing=anon size=16m\n"));
	assert_non_null(strstr(text, "  512       64.125     65.125        +1   +1.56%\n"));
	assert_true(strstr(text, "+12.61%") < strstr(text, "+1.56%"));
	assert_non_null(strstr(text, "2 of 3 figures got worse"));
	assert_null(strchr(text, '\x1b'));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		assert_true(g_utf8_strlen(*line, -1) <= PB_MAIL_COLUMNS);
		assert_false(g_str_has_suffix(*line, " "));
	}
}

static void nothing_measured(void **state)
{
	json_t *root = pb_compare_nothing("The patch changes no code.");
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *text = NULL;

	json_object_set_new(root, "schema", json_string(PB_COMPARE_SCHEMA));
	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_comparison_load(*state, &c, NULL), 0);
	text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	assert_string_equal(text, "The patch changes no code.\n");
}

static void damaged_files(void **state)
{
	static const char *const texts[] = {
		"{",
		"[]",
		"{\"schema\":\"other/1\"}",
		"{\"schema\":\"pinbench-compare/"
		"1\",\"sentence\":\"\",\"verdict\":\"good\",\"cases\":[]}",
		"{\"schema\":\"pinbench-compare/1\",\"sentence\":\"\",\"verdict\":\"missing\","
		"\"cases\":[{\"id\":1}]}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path = scratch_write(state, PB_COMPARE_FILE, texts[i]);
		struct pb_comparison *c = NULL;
		g_autoptr(GError) error = NULL;

		assert_true(pb_comparison_load(path, &c, &error) < 0);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){PB_COMPARE_FILE, NULL});
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(nothing_moved),
		IN_SCRATCH(worse_and_better),
		IN_SCRATCH(less_than_the_metric_may_say),
		IN_SCRATCH(higher_is_better),
		IN_SCRATCH(on_one_side_only),
		IN_SCRATCH(what_differs_in_kind_is_not_compared),
		IN_SCRATCH(kinds_are_never_mixed),
		IN_SCRATCH(accelerators_are_never_mixed),
		IN_SCRATCH(what_else_differs),
		IN_SCRATCH(a_mail_in_72_columns),
		IN_SCRATCH(nothing_measured),
		IN_SCRATCH(damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
