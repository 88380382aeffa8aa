/* Parts of a dashboard: data as scripts, coverage, health. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pinbench/result.h"
#include "reports/history/coverage.h"
#include "reports/history/health.h"
#include "reports/render/history/dashboard/script.h"

static void assert_string(const char *text, const char *wanted)
{
	g_autoptr(GString) out = g_string_new(NULL);

	pb_script_string(out, text);
	assert_string_equal(out->str, wanted);
}

static void strings_are_not_left(void **state)
{
	(void)state;
	assert_string("gup/pin_fast[page=4k]", "\"gup/pin_fast[page=4k]\"");
	assert_string("\"\\\n", "\"\\\"\\\\\\u000a\"");
	assert_string("</script>&", "\"\\u003c/script\\u003e\\u0026\"");
	assert_string("\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"");
	assert_string("a\xff", "\"a\xef\xbf\xbd\"");
}

static void numbers_are_read_back(void **state)
{
	const double values[] = {0,	 1,	 -1,	   0.5,		  9.9999999999, 54,
				 1234.5, 1e9,	 1e14,	   123456.789012, 1e15,		1e300,
				 0.1,	 0.0123, 1.25e-12, -77.0625,	  999999.99999};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		pb_script_number(out, values[i], 10);
		assert_true(fabs(g_ascii_strtod(out->str, NULL) - values[i]) <=
			    fabs(values[i]) * 1e-9);
	}
}

static void numbers_are_short(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	pb_script_number(out, 1.500, 10);
	pb_script_next(out);
	pb_script_number(out, 123456.789, 3);
	pb_script_next(out);
	pb_script_number(out, NAN, 3);
	pb_script_next(out);
	pb_script_number(out, INFINITY, 3);
	pb_script_next(out);
	pb_script_integer(out, G_MININT64);
	assert_string_equal(out->str, "1.5,123457, null, null,-9223372036854775808");
}

/* Three kernels; of the middle one a second run, with another profile. */
static struct pb_history_run some_runs[] = {
	{.name = "6.1", .branch = "6.1", .profile = "quick", .started = "2026-01-05T00:00:00Z"},
	{.name = "6.12", .branch = "6.12", .profile = "quick", .started = "2026-01-06T00:00:00Z"},
	{.name = "6.12", .branch = "6.12", .profile = "full", .started = "2026-02-06T00:00:00Z"},
	{.name = "7.2", .branch = "7.2", .profile = "quick", .started = "2026-02-07T00:00:00Z"},
};

static struct pb_history_runs all_runs(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(some_runs); i++) {
		some_runs[i].evidence = PB_EVIDENCE_TIMED;
		some_runs[i].kind = PB_KIND_NATIVE;
	}
	return (struct pb_history_runs){some_runs, G_N_ELEMENTS(some_runs)};
}

static void add_case(struct pb_coverage *coverage, const struct pb_releases *releases,
		     const char *name, const guint *runs, guint count)
{
	struct pb_history_point points[4];
	struct pb_history_series series = {
		.case_id = (char *)name,
		.evidence = PB_EVIDENCE_TIMED,
		.points = points,
		.count = count,
	};
	g_autofree struct pb_release_level *levels = NULL;

	for (guint i = 0; i < count; i++)
		points[i] = (struct pb_history_point){runs[i], 1, 10, 10, 10};
	levels = pb_release_levels(&series, releases);
	pb_coverage_take_series(coverage, &series, levels);
}

static void add_gap(struct pb_coverage *coverage, const char *name, guint run, const char *outcome)
{
	struct pb_history_gap gap = {run, (char *)name, (char *)outcome, "because"};

	pb_coverage_take_gap(coverage, &gap);
}

static void assert_kinds(const struct pb_coverage *coverage, guint at, enum pb_coverage_kind first,
			 enum pb_coverage_kind second, enum pb_coverage_kind third)
{
	assert_int_equal(pb_coverage_of(coverage, at, 0).kind, first);
	assert_int_equal(pb_coverage_of(coverage, at, 1).kind, second);
	assert_int_equal(pb_coverage_of(coverage, at, 2).kind, third);
}

static void coverage_tells_gaps_apart(void **state)
{
	struct pb_history_runs runs = all_runs();
	struct pb_releases releases;
	g_autoptr(pb_coverage) coverage = NULL;
	const char *evidence;

	(void)state;
	pb_releases_of(&runs, &releases);
	assert_int_equal(releases.count, 3);
	coverage = pb_coverage_new(&runs, &releases);
	add_case(coverage, &releases, "a", (guint[]){0, 1}, 2);
	add_case(coverage, &releases, "b", (guint[]){0, 1}, 2);
	add_case(coverage, &releases, "c", (guint[]){0, 1, 3}, 3);
	/* Of the full profile, which 7.2 was not measured with. */
	add_case(coverage, &releases, "d", (guint[]){2}, 1);
	add_gap(coverage, "b", 3, PB_OUTCOME_SKIP);
	/* Of the newest run of a kernel, whichever came first. */
	add_gap(coverage, "c", 2, PB_OUTCOME_FAIL);
	add_gap(coverage, "e", 1, PB_OUTCOME_SKIP);
	add_gap(coverage, "e", 3, PB_OUTCOME_SKIP);

	assert_int_equal(pb_coverage_cases(coverage), 5);
	assert_string_equal(pb_coverage_case(coverage, 1, &evidence), "b");
	assert_string_equal(evidence, PB_EVIDENCE_TIMED);
	assert_kinds(coverage, 0, PB_COVERAGE_MEASURED, PB_COVERAGE_MEASURED,
		     PB_COVERAGE_DISAPPEARED);
	assert_kinds(coverage, 1, PB_COVERAGE_MEASURED, PB_COVERAGE_MEASURED,
		     PB_COVERAGE_NEWLY_SKIPPED);
	assert_kinds(coverage, 2, PB_COVERAGE_MEASURED, PB_COVERAGE_FAILED, PB_COVERAGE_MEASURED);
	assert_kinds(coverage, 3, PB_COVERAGE_NOT_RUN, PB_COVERAGE_MEASURED, PB_COVERAGE_NOT_RUN);
	assert_kinds(coverage, 4, PB_COVERAGE_NOT_RUN, PB_COVERAGE_SKIPPED, PB_COVERAGE_SKIPPED);
	assert_string_equal(pb_coverage_of(coverage, 1, 2).reason, "because");
	assert_null(pb_coverage_of(coverage, 0, 2).reason);
	pb_releases_clear(&releases);
}

static void health_has_an_interval(void **state)
{
	struct pb_history_runs runs = all_runs();
	struct pb_history_point point = {0, 3, 10, 9.8, 10.2};
	struct pb_history_series series = {
		.evidence = PB_EVIDENCE_TIMED, .points = &point, .count = 1};
	struct pb_moves moves = {.alike_pairs = 50, .alike_alarms = 2, .detectable_percent = 1.5};
	struct pb_releases releases;
	g_autoptr(pb_health) health = NULL;
	g_autoptr(GArray) alike = NULL, months = NULL, kernels = NULL;
	const struct pb_health_alike *timed;
	const struct pb_health_period *first;

	(void)state;
	pb_releases_of(&runs, &releases);
	health = pb_health_new(&runs, &releases);
	pb_health_take(health, &series, &moves);
	pb_health_take(health, &series, &moves);
	alike = pb_health_alike(health);
	timed = &g_array_index(alike, struct pb_health_alike, 1);
	assert_string_equal(timed->evidence, PB_EVIDENCE_TIMED);
	assert_int_equal(timed->pairs, 100);
	assert_float_equal(timed->percent, 4, 1e-9);
	/* Wilson's for 4 of 100, as in Newcombe, Statistics in Medicine 17 (1998), 857-872. */
	assert_float_equal(timed->low_percent, 1.566, 0.001);
	assert_float_equal(timed->high_percent, 9.837, 0.001);
	assert_true(isnan(g_array_index(alike, struct pb_health_alike, 0).percent));

	months = pb_health_by_month(health);
	kernels = pb_health_by_release(health);
	assert_int_equal(months->len, 2);
	assert_int_equal(kernels->len, 3);
	first = &g_array_index(months, struct pb_health_period, 0);
	assert_string_equal(first->name, "2026-01");
	assert_int_equal(first->runs, 2);
	assert_int_equal(first->series, 0);
	assert_true(isnan(first->detectable_percent));
	assert_float_equal(first->spread_percent, 2, 1e-9);
	pb_releases_clear(&releases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_not_left),
		cmocka_unit_test(numbers_are_read_back),
		cmocka_unit_test(numbers_are_short),
		cmocka_unit_test(coverage_tells_gaps_apart),
		cmocka_unit_test(health_has_an_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
