/* Results of machines as they are, compared: what is the replicate, the drift, the floor. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/compare/native.h"
#include "reports/error.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define ROUNDS	  10
#define SAMPLES	  3
#define NOISE	  0.005
#define SOME_BOOT "boot-1"

/* A floor of two figures, @ratios times 100 and 200, that moved by @drift_percent meanwhile. */
static json_t *floor_of(double one, double other, double drift_percent)
{
	double after = 1 + drift_percent / 100;
	json_t *drift = isnan(drift_percent) ? json_null() : json_real(drift_percent);
	json_t *cases;

	if (isnan(drift_percent))
		after = 1;
	cases = json_pack("[{s:s, s:s, s:s, s:[f], s:[f]}, {s:s, s:s, s:s, s:[f], s:[f]}]", "id",
			  "null/user", "metric", "call", "unit", "ns/call", "before", 100 * one,
			  "after", 100 * one * after, "id", "null/uring_nop", "metric", "nop",
			  "unit", "ns/call", "before", 200 * other, "after", 200 * other * after);
	return json_pack("{s:o, s:o}", "cases", cases, "drift_percent", drift);
}

/* Three cases, each @factor times as dear, with noise of its own from @seed. Takes @floor. */
static json_t *native(const char *boot_id, guint32 seed, double factor, json_t *floor)
{
	json_t *root = sample_root(), *cases = sample_at(root, "cases");
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	while (json_array_size(cases) > 3)
		json_array_remove(cases, 3);
	for (size_t i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("cases.%zu.metrics", i);
		json_t *metric = json_array_get(sample_at(root, path), 0), *boots = json_array();

		json_array_remove(sample_at(root, path), 1);
		for (int round = 0; round < ROUNDS; round++) {
			json_t *samples = json_array();

			for (int k = 0; k < SAMPLES; k++)
				json_array_append_new(samples,
						      json_real(100 * factor * (double)(i + 1) *
								exp(NOISE * random_normal(rand))));
			json_array_append_new(boots, samples);
		}
		json_object_set_new(metric, "boots", boots);
		json_object_set_new(metric, "unit", json_string("ns/page"));
		pb_metric_summarise(metric);
	}
	sample_set(root, "environment.kind", json_string(PB_KIND_NATIVE));
	sample_set(root, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	sample_set(root, "environment.replicate", json_string(PB_REPLICATE_ROUND));
	sample_set(root, "environment.boots", json_integer(ROUNDS));
	sample_set(root, "environment.boot_id", boot_id ? json_string(boot_id) : NULL);
	sample_set(root, "environment.floor", floor);
	return root;
}

static json_t *guest(void)
{
	json_t *root = native(NULL, 1, 1, NULL);

	sample_set(root, "environment.kind", json_string(PB_KIND_GUEST));
	sample_set(root, "environment.replicate", NULL);
	return root;
}

/* Takes both. */
static int replicate_of(void **state, json_t *one, json_t *other)
{
	g_autoptr(pb_result) before = sample_load(state, "before", one);
	g_autoptr(pb_result) after = sample_load(state, "after", other);

	return pb_replicate_of(before, after);
}

static void the_replicate(void **state)
{
	assert_int_equal(
		replicate_of(state, native(SOME_BOOT, 1, 1, NULL), native(SOME_BOOT, 2, 1, NULL)),
		PB_REPLICATE_ROUNDS);
	assert_int_equal(
		replicate_of(state, native(SOME_BOOT, 1, 1, NULL), native("boot-2", 2, 1, NULL)),
		PB_REPLICATE_ONE_BOOT);
	/* Who does not say which boot it was may have been in another. */
	assert_int_equal(replicate_of(state, native(NULL, 1, 1, NULL), native(NULL, 2, 1, NULL)),
			 PB_REPLICATE_ONE_BOOT);
	assert_int_equal(replicate_of(state, guest(), guest()), PB_REPLICATE_BOOTS);
	assert_string_equal(pb_replicate_name(PB_REPLICATE_ROUNDS), "round");
	assert_string_equal(pb_replicate_name(PB_REPLICATE_ONE_BOOT), "one boot");
	assert_string_equal(pb_replicate_name(PB_REPLICATE_BOOTS), "boot");
}

/* Takes both floors. */
static double drift_of(void **state, json_t *one, json_t *other)
{
	g_autoptr(pb_result) before = sample_load(state, "before", native(SOME_BOOT, 1, 1, one));
	g_autoptr(pb_result) after = sample_load(state, "after", native(SOME_BOOT, 2, 1, other));

	return pb_native_drift(before, after);
}

static void the_drift_inside_a_run(void **state)
{
	assert_float_equal(drift_of(state, floor_of(1, 1, 0), floor_of(1, 1, 0)), 0, 1e-9);
	assert_float_equal(drift_of(state, floor_of(1, 1, -4), floor_of(1, 1, 1)), 0.04, 1e-3);
	assert_float_equal(drift_of(state, floor_of(1, 1, 1), floor_of(1, 1, 6)), 0.06, 1e-3);
}

/* Both moved by three at least: the machine. Only one did, or each its own way: they did. */
static void the_drift_between_runs(void **state)
{
	double up = drift_of(state, floor_of(1, 1, 0), floor_of(1.03, 1.08, 0));
	double down = drift_of(state, floor_of(1.03, 1.08, 0), floor_of(1, 1, 0));

	assert_float_equal(up, 0.03, 1e-9);
	assert_float_equal(down, 0.03, 1e-9);
	assert_float_equal(drift_of(state, floor_of(1, 1, 0), floor_of(1.2, 1, 0)), 0, 1e-9);
	assert_float_equal(drift_of(state, floor_of(1, 1, 0), floor_of(1.1, 0.9, 0)), 0, 1e-9);
}

static void without_a_floor_there_is_no_drift_to_know(void **state)
{
	assert_true(isnan(drift_of(state, NULL, floor_of(1, 1, 0))));
	assert_true(isnan(drift_of(state, floor_of(1, 1, 0), NULL)));
	assert_true(isnan(drift_of(state, floor_of(1, 1, NAN), floor_of(1, 1, 0))));
}

/* The floor. */

#define MOST_ROUNDS 8

static double floor_within(const double *values, size_t rounds, double drift)
{
	struct pb_samples boots[MOST_ROUNDS];
	struct pb_metric metric = {.name = "call", .boots = boots, .boot_count = rounds};
	double copy[MOST_ROUNDS];

	for (size_t i = 0; i < rounds; i++) {
		copy[i] = values[i];
		boots[i] = (struct pb_samples){&copy[i], 1};
	}
	return pb_native_floor(&metric, &metric, drift);
}

static void few_rounds_have_no_floor(void **state)
{
	const double values[] = {100, 101, 100, 101};

	(void)state;
	assert_true(isnan(floor_within(values, 3, 0)));
	assert_false(isnan(floor_within(values, 4, 0)));
	assert_true(isnan(floor_within(values, 4, NAN)));
}

/* What a run shows against itself grows with its noise, and the drift comes on top. */
static void the_drift_is_added_to_the_floor(void **state)
{
	const double calm[] = {100, 101, 100.5, 99.5, 100, 100.2, 99.8, 100.1};
	const double wild[] = {100, 130, 90, 120, 80, 110, 100, 140};
	double floor = floor_within(calm, 8, 0);

	(void)state;
	assert_true(floor > 0 && floor < 0.02);
	assert_float_equal(floor_within(calm, 8, 0.03), floor + 0.03, 1e-9);
	assert_true(floor_within(wild, 8, 0) > 4 * floor);
}

/* What goes up slowly and evenly is in both halves alike: the pairs are mirrored. */
static void a_steady_slope_is_no_noise(void **state)
{
	double slope[MOST_ROUNDS], noise[MOST_ROUNDS];

	(void)state;
	for (int i = 0; i < MOST_ROUNDS; i++) {
		slope[i] = 100 * exp(0.01 * i);
		noise[i] = 100 * exp(0.01 * (i % 2 ? i : -i));
	}
	assert_true(floor_within(slope, MOST_ROUNDS, 0) < floor_within(noise, MOST_ROUNDS, 0));
	assert_true(floor_within(slope, MOST_ROUNDS, 0) < 0.02);
}

/* Whole comparisons. Takes both; free with json_decref. */
static json_t *compare(void **state, json_t *one, json_t *other)
{
	g_autoptr(pb_result) before = sample_load(state, "before", one);
	g_autoptr(pb_result) after = sample_load(state, "after", other);
	const struct pb_compare_inputs inputs = {
		.baseline = before,
		.patched = after,
		.rules = pb_compare_default_rules(false),
	};
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	if (pb_compare_results(&inputs, &root, &error))
		fail_msg("%s", error->message);
	return root;
}

static const char *text_at(json_t *root, const char *path)
{
	return json_string_value(sample_at(root, path));
}

static double number_at(json_t *root, const char *path)
{
	if (!json_is_number(sample_at(root, path)))
		fail_msg("%s is no number", path);
	return json_number_value(sample_at(root, path));
}

static json_t *in_boot(const char *boot_id, guint32 seed, double factor)
{
	return native(boot_id, seed, factor, floor_of(1, 1, 0.3));
}

static void a_planted_slowdown_is_found(void **state)
{
	json_t *root = compare(state, in_boot(SOME_BOOT, 1, 1), in_boot(SOME_BOOT, 2, 1.2));

	assert_string_equal(text_at(root, "verdict"), "regression");
	assert_string_equal(text_at(root, "validity.replicate"), "round");
	assert_float_equal(number_at(root, "validity.drift_percent"), 0.3, 0.01);
	for (int row = 0; row < 3; row++) {
		g_autofree char *verdict = g_strdup_printf("cases.%d.verdict", row);
		g_autofree char *delta = g_strdup_printf("cases.%d.delta_percent", row);
		g_autofree char *floor = g_strdup_printf("cases.%d.floor_percent", row);

		assert_string_equal(text_at(root, verdict), "regression");
		assert_float_equal(number_at(root, delta), 20, 1);
		assert_true(number_at(root, floor) >= 0.3 && number_at(root, floor) < 5);
	}
	json_decref(root);
	root = compare(state, in_boot(SOME_BOOT, 1, 1), in_boot(SOME_BOOT, 2, 1 / 1.2));
	assert_string_equal(text_at(root, "verdict"), "improvement");
	json_decref(root);
}

static void the_same_twice_is_no_regression(void **state)
{
	for (guint32 seed = 10; seed < 50; seed += 2) {
		json_t *root = compare(state, in_boot(SOME_BOOT, seed, 1),
				       in_boot(SOME_BOOT, seed + 1, 1));

		if (!strcmp(text_at(root, "verdict"), "regression") ||
		    !strcmp(text_at(root, "verdict"), "improvement"))
			fail_msg("seed %u: %s", seed, text_at(root, "sentence"));
		json_decref(root);
	}
}

/* Less than what the machine moved by on its own is nothing that was shown. */
static void a_slowdown_below_the_drift_is_not_shown(void **state)
{
	json_t *root = compare(state, native(SOME_BOOT, 1, 1, floor_of(1, 1, 30)),
			       native(SOME_BOOT, 2, 1.2, floor_of(1, 1, 1)));

	assert_string_equal(text_at(root, "verdict"), "inconclusive");
	json_decref(root);
	root = compare(state, native(SOME_BOOT, 1, 1, NULL), native(SOME_BOOT, 2, 1.2, NULL));
	assert_string_equal(text_at(root, "verdict"), "inconclusive");
	assert_true(json_is_null(sample_at(root, "cases.0.floor_percent")));
	json_decref(root);
}

/* One boot of each side is one pair, whatever they show. */
static void other_boots_are_inconclusive(void **state)
{
	json_t *root = compare(state, in_boot(SOME_BOOT, 1, 1), in_boot("boot-2", 2, 1.2));

	assert_string_equal(text_at(root, "verdict"), "inconclusive");
	assert_string_equal(text_at(root, "validity.replicate"), "one boot");
	for (int row = 0; row < 3; row++) {
		g_autofree char *path = g_strdup_printf("cases.%d", row);
		json_t *one = sample_at(root, path);

		assert_string_equal(text_at(one, "verdict"), "inconclusive");
		assert_int_equal(number_at(one, "pairs"), 1);
		assert_float_equal(number_at(one, "delta_percent"), 20, 1);
		/* In the file there is no infinity. */
		assert_true(json_is_null(json_object_get(one, "mde_percent")));
		assert_true(number_at(one, "more_boots") > 0);
	}
	json_decref(root);
}

/* As whoever reads the file has it. */
static void nothing_could_have_been_shown_in_one_boot(void **state)
{
	json_t *root = compare(state, in_boot(SOME_BOOT, 1, 1), in_boot("boot-2", 2, 1));
	g_autoptr(pb_comparison) comparison = NULL;

	json_object_set_new(root, "schema", json_string(PB_COMPARE_SCHEMA));
	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_comparison_load(*state, &comparison, NULL), 0);
	assert_int_equal(comparison->row_count, 3);
	assert_true(isinf(comparison->rows[0].mde_percent));
	assert_true(comparison->rows[0].more_boots > 0);
	assert_string_equal(comparison->rows[0].replicate, "boot");
	assert_string_equal(comparison->rows[0].list, "round");
}

static void a_guest_is_another_machine(void **state)
{
	static const char *const words[] = {"native", "guest", "measure both in the same way",
					    NULL};
	g_autoptr(pb_result) before = sample_load(state, "before", guest());
	g_autoptr(pb_result) after = sample_load(state, "after", in_boot(SOME_BOOT, 2, 1));
	const struct pb_compare_inputs inputs = {
		.baseline = before,
		.patched = after,
		.rules = pb_compare_default_rules(false),
	};
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	assert_int_equal(pb_compare_results(&inputs, &root, &error), -EINVAL);
	assert_null(root);
	scratch_check_error(error, PB_EXIT_USAGE, words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_replicate),
		IN_SCRATCH(the_drift_inside_a_run),
		IN_SCRATCH(the_drift_between_runs),
		IN_SCRATCH(without_a_floor_there_is_no_drift_to_know),
		cmocka_unit_test(few_rounds_have_no_floor),
		cmocka_unit_test(the_drift_is_added_to_the_floor),
		cmocka_unit_test(a_steady_slope_is_no_noise),
		IN_SCRATCH(a_planted_slowdown_is_found),
		IN_SCRATCH(the_same_twice_is_no_regression),
		IN_SCRATCH(a_slowdown_below_the_drift_is_not_shown),
		IN_SCRATCH(other_boots_are_inconclusive),
		IN_SCRATCH(nothing_could_have_been_shown_in_one_boot),
		IN_SCRATCH(a_guest_is_another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
