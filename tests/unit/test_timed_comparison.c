/* Timed results compared: pairs of boots, their order, the floor, and the control. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/compare/control.h"
#include "reports/compare/order.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define BOOTS 8

/* What each boot was dealt, alike for the boots that were run side by side. */
static const double dealt[BOOTS] = {1.00, 1.05, 0.97, 1.02, 1.08, 0.95, 1.01, 0.99};
/* And what is left of chance within a pair. */
static const double left[BOOTS] = {1.0010, 0.9992, 1.0007, 0.9995, 1.0003, 0.9988, 1.0012, 1.0001};

/* Three cases, each @factor times as dear; boot i began in second @start + @stride * i. */
static json_t *timed(double factor, guint start, guint stride)
{
	json_t *root = sample_root(), *cases = sample_at(root, "cases"), *starts = json_array();

	sample_set(root, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	sample_set(root, "environment.boots", json_integer(BOOTS));
	while (json_array_size(cases) > 3)
		json_array_remove(cases, 3);
	for (size_t i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("cases.%zu.metrics", i);
		json_t *metric = json_array_get(sample_at(root, path), 0), *boots = json_array();

		json_array_remove(sample_at(root, path), 1);
		for (int b = 0; b < BOOTS; b++) {
			double value = 100.0 * (double)(i + 1) * dealt[b] * factor;

			if (factor != 1 || start)
				value *= left[(b + (int)i) % BOOTS];
			json_array_append_new(boots, json_pack("[f,f]", value, value * 1.001));
		}
		json_object_set_new(metric, "boots", boots);
		pb_metric_summarise(metric);
	}
	for (guint b = 0; b < BOOTS; b++) {
		g_autofree char *text =
			g_strdup_printf("2026-11-21T12:%02u:00.000Z", start + stride * b);

		json_array_append_new(starts, json_string(text));
	}
	sample_set(root, "environment.boot_starts", starts);
	return root;
}

/* Compares what costs @factor times as much. Free with json_decref. */
static json_t *compare(void **state, double factor, bool with_control)
{
	g_autoptr(pb_result) before = sample_load(state, "before", timed(1, 0, 3));
	g_autoptr(pb_result) after = sample_load(state, "after", timed(factor, 1, 3));
	g_autoptr(pb_result) control = sample_load(state, "control", timed(1, 2, 3));
	const struct pb_compare_inputs inputs = {
		.baseline = before,
		.patched = after,
		.control = with_control ? control : NULL,
		.rules = pb_compare_default_rules(false),
	};
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	if (pb_compare_results(&inputs, &root, &error))
		fail_msg("%s", error->message);
	return root;
}

static const char *verdict_of(json_t *root, int row)
{
	g_autofree char *path = g_strdup_printf("cases.%d.verdict", row);

	return json_string_value(sample_at(root, path));
}

static double number_of(json_t *root, const char *path)
{
	assert_true(json_is_number(sample_at(root, path)));
	return json_number_value(sample_at(root, path));
}

/* The boots differ by ten times as much as the kernels do. */
static void a_real_effect(void **state)
{
	json_t *root = compare(state, 1.05, true);

	assert_string_equal(json_string_value(sample_at(root, "verdict")), "regression");
	for (int row = 0; row < 3; row++)
		assert_string_equal(verdict_of(root, row), "regression");
	assert_true(fabs(number_of(root, "cases.0.delta_percent") - 5) < 0.2);
	assert_true(number_of(root, "cases.0.ci_percent.0") > 4);
	assert_true(number_of(root, "cases.0.ci_percent.1") < 6);
	assert_true(number_of(root, "cases.0.q") < 0.05);
	assert_true(number_of(root, "cases.0.floor_percent") < 1);
	assert_int_equal(number_of(root, "cases.0.pairs"), BOOTS);
	assert_string_equal(json_string_value(sample_at(root, "validity.boot_order")),
			    "BPCBPCBPCBPCBPCBPCBPCBPC");
	assert_true(json_is_true(sample_at(root, "validity.paired")));
	json_decref(root);
	root = compare(state, 0.95, true);
	assert_string_equal(json_string_value(sample_at(root, "verdict")), "improvement");
	json_decref(root);
}

static void no_effect_is_shown_to_be_none(void **state)
{
	json_t *root = compare(state, 1, true);

	assert_string_equal(json_string_value(sample_at(root, "verdict")), "unchanged");
	assert_null(sample_at(root, "cases.0.more_boots"));
	json_decref(root);
}

/* Without an A/A of the same boots nobody knows what no change looks like. */
static void without_a_control_no_difference_is_shown(void **state)
{
	json_t *root = compare(state, 1.05, false);

	assert_string_equal(json_string_value(sample_at(root, "verdict")), "inconclusive");
	assert_true(json_is_null(sample_at(root, "cases.0.floor_percent")));
	assert_true(json_is_null(sample_at(root, "cases.0.mde_percent")));
	assert_non_null(sample_at(root, "cases.0.more_boots"));
	json_decref(root);
}

static void the_order_of_boots(void **state)
{
	assert_true(pb_boot_order_is_paired("BPPB"));
	assert_true(pb_boot_order_is_paired("BPCCPB"));
	assert_false(pb_boot_order_is_paired("BBPP"));
	assert_false(pb_boot_order_is_paired("BPP"));
	assert_false(pb_boot_order_is_paired("BPBCPC"));
}

static void the_control_is_judged(void **state)
{
	g_autoptr(pb_result) baseline = sample_load(state, "baseline", timed(1, 0, 3));
	json_t *root = timed(1, 2, 3), *control;
	g_autoptr(pb_result) with_delay = NULL, without = NULL;

	without = sample_load(state, "without", json_deep_copy(root));
	/* Of the sample's cases the third costs three times the first. */
	sample_set(root, "cases.0.facts.known_insns", json_real(1000));
	sample_set(root, "cases.2.facts.known_insns", json_real(20000));
	with_delay = sample_load(state, "with", root);
	control = pb_control_judge_timed(baseline, with_delay);
	assert_true(json_is_true(json_object_get(control, "ok")));
	assert_int_equal(number_of(control, "figures"), 3);
	assert_true(number_of(control, "largest_percent") < 0.2);
	assert_true(fabs(number_of(control, "seen_percent") - 200) < 1);
	json_decref(control);
	control = pb_control_judge_timed(baseline, without);
	assert_true(json_is_false(json_object_get(control, "ok")));
	json_decref(control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_real_effect, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(no_effect_is_shown_to_be_none, scratch_make,
						scratch_drop),
		cmocka_unit_test_setup_teardown(without_a_control_no_difference_is_shown,
						scratch_make, scratch_drop),
		cmocka_unit_test(the_order_of_boots),
		cmocka_unit_test_setup_teardown(the_control_is_judged, scratch_make, scratch_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
