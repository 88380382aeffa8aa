/* What moved in a series, and what people said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pinbench/result.h"
#include "reports/history/kernel.h"
#include "reports/history/releases.h"
#include "reports/history/steps.h"
#include "reports/history/store.h"
#include "tests/history/made.h"

#define MOST 2000

/* A series and its runs; what a test does not set is the same for all. */
struct made {
	struct pb_history_series series;
	struct pb_history_runs runs;
	struct pb_history_run run[MOST];
	struct pb_history_point point[MOST];
};

static struct made *make(const char *evidence)
{
	struct made *m = g_new0(struct made, 1);

	m->series = (struct pb_history_series){
		.key = "0123456789ab",
		.case_id = (char *)"gup/unpin[page=2m]",
		.benchmark = (char *)"gup/unpin",
		.metric = (char *)"unpin",
		.unit = (char *)"insn/page",
		.evidence = (char *)evidence,
		.machine = (char *)"plain",
		.config = (char *)"smp",
		.primary = true,
		.is_exact = !strcmp(evidence, PB_EVIDENCE_COUNTED),
		.points = m->point,
	};
	m->runs.runs = m->run;
	return m;
}

/* Strings are interned: nobody has to free them. */
static struct pb_history_run *add(struct made *m, const char *release, double value)
{
	guint at = m->series.count++;
	g_autofree char *sha256 = g_strdup_printf("run-%u", at);
	g_autofree char *text = g_strdup_printf("text-%s-%u", release, m->series.is_exact ? 0 : at);
	g_autofree char *branch = pb_kernel_branch(release);
	struct pb_history_run *run = &m->run[m->runs.count++];

	*run = (struct pb_history_run){
		.sha256 = (char *)g_intern_string(sha256),
		.release = (char *)g_intern_string(release),
		.branch = (char *)g_intern_string(branch),
		.name = (char *)g_intern_string(release),
		.text_sha256 = (char *)g_intern_string(text),
		.evidence = m->series.evidence,
		.kind = (char *)PB_KIND_GUEST,
		.apparatus = {(char *)"gcc 12", (char *)"QEMU 7.2",
			      (char *)"plain 01234567, cma 89abcdef", (char *)"0.1 (abc)"},
	};
	m->point[at] = (struct pb_history_point){at, 1, value, value, value};
	return run;
}

static struct pb_moves moves_of(const struct made *m, const GPtrArray *said)
{
	struct pb_moves moves;

	pb_steps_find(&m->series, &m->runs, said, &moves);
	return moves;
}

static void a_change_of_kernel_is_a_step(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	struct pb_moves moves;

	add(m, "6.12.117", 107);
	add(m, "6.12.117", 107);
	add(m, "7.2.1", 58);
	add(m, "7.3.4", 81);
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 2);
	assert_int_equal(moves.steps[0].before, 1);
	assert_int_equal(moves.steps[0].after, 2);
	assert_false(moves.steps[0].worse);
	assert_true(moves.steps[1].worse);
	assert_true(pb_step_is_open(&m->series, &moves.steps[1]));
	assert_false(pb_step_is_open(&m->series, &moves.steps[0]));
	assert_int_equal(strlen(moves.steps[1].id), 12);
	assert_true(strcmp(moves.steps[0].id, moves.steps[1].id));
	assert_true(moves.steps[1].percent > 39.6 && moves.steps[1].percent < 39.7);
	assert_int_equal(moves.note_count, 0);
	assert_int_equal(moves.alike_pairs, 1);
	assert_int_equal(moves.alike_alarms, 0);
	pb_moves_clear(&moves);

	m->series.higher_is_better = true;
	moves = moves_of(m, NULL);
	assert_true(moves.steps[0].worse);
	pb_moves_clear(&moves);
	m->series.primary = false;
	moves = moves_of(m, NULL);
	assert_false(pb_step_is_open(&m->series, &moves.steps[0]));
	pb_moves_clear(&moves);
}

/* 0.1 %, and half an instruction; a metric may ask for more. */
static void small_changes_are_none(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	struct pb_moves moves;

	add(m, "6.12.117", 1000);
	add(m, "7.2.1", 1000.9);
	add(m, "7.3.4", 1001.9);
	moves = moves_of(m, NULL);
	/* Each of them is none. 7.3 is 0.1 % above the branch before it, less the last digit. */
	assert_int_equal(moves.step_count, 0);
	pb_moves_clear(&moves);

	m->point[1].value = 1001;
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 1);
	pb_moves_clear(&moves);
	m->series.min_effect_percent = 10;
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 0);
	pb_moves_clear(&moves);

	m->series.min_effect_percent = 0;
	m->point[0].value = 10;
	m->point[1].value = 10.4;
	m->point[2].value = 10.4;
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 0);
	pb_moves_clear(&moves);
}

static void another_compiler_is_a_note(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	struct pb_moves moves;

	add(m, "6.12.117", 100);
	add(m, "6.12.117", 110)->apparatus[PB_APPARATUS_TOOLCHAIN] = (char *)"gcc 13";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 0);
	assert_int_equal(moves.note_count, 1);
	assert_int_equal(moves.notes[0].which, PB_APPARATUS_TOOLCHAIN);
	assert_string_equal(moves.notes[0].from, "gcc 12");
	assert_string_equal(moves.notes[0].to, "gcc 13");
	assert_true(moves.notes[0].percent > 9.99 && moves.notes[0].percent < 10.01);
	assert_int_equal(moves.alike_pairs, 0);
	pb_moves_clear(&moves);

	/* With another kernel: which of the two it was cannot be said. */
	m->run[1].text_sha256 = (char *)"other";
	m->run[1].name = m->run[1].release = (char *)"7.2.1";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 1);
	assert_true(moves.steps[0].unclear);
	assert_int_equal(moves.steps[0].changed, PB_APPARATUS_TOOLCHAIN);
	assert_false(pb_step_is_open(&m->series, &moves.steps[0]));
	pb_moves_clear(&moves);

	/* Until a run of the old kernel with the new compiler, or the other way round, says it. */
	add(m, "7.2.1", 100)->text_sha256 = (char *)"other";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 0);
	assert_int_equal(moves.note_count, 2);
	pb_moves_clear(&moves);
}

/* Of the machines of a run only that of the series can have moved it. */
static void another_machine_is_no_matter(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	struct pb_moves moves;

	add(m, "6.12.117", 100);
	add(m, "7.2.1", 110)->apparatus[PB_APPARATUS_MACHINE] =
		(char *)"plain 01234567, cma 00000000";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.note_count, 0);
	assert_int_equal(moves.step_count, 1);
	assert_false(moves.steps[0].unclear);
	pb_moves_clear(&moves);
	m->run[1].apparatus[PB_APPARATUS_MACHINE] = (char *)"plain 00000000, cma 89abcdef";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.note_count, 1);
	assert_string_equal(moves.notes[0].to, "00000000");
	assert_true(moves.steps[0].unclear);
	pb_moves_clear(&moves);
}

static void many_small_changes_are_a_drift(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	struct pb_moves moves;
	double value = 10000;

	add(m, "6.12.117", value);
	for (guint i = 0; i < 40; i++) {
		g_autofree char *release = g_strdup_printf("7.3.0-rc%u", i + 1);

		add(m, release, value += 5);
	}
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 1);
	assert_int_equal(moves.steps[0].kind, PB_STEP_DRIFT);
	assert_true(moves.steps[0].worse);
	assert_true(moves.steps[0].percent > 1.9 && moves.steps[0].percent < 2.1);
	assert_int_equal(moves.steps[0].before, 0);
	assert_true(pb_step_is_open(&m->series, &moves.steps[0]));
	pb_moves_clear(&moves);
}

static struct made *timed_with_step(guint before, guint after, double effect, double noise,
				    guint seed)
{
	struct made_noise random = {.state = seed * 7919ull + 1};
	struct made *m = make(PB_EVIDENCE_TIMED);

	for (guint i = 0; i < before + after; i++)
		add(m, "7.3.0-rc1",
		    100 * (i >= before ? 1 + effect : 1) * (1 + noise * made_normal(&random)));
	return m;
}

static void a_step_in_noise_is_found_within_ten_runs(void **state)
{
	guint found = 0;

	for (guint seed = 0; seed < 50; seed++) {
		g_autofree struct made *m = timed_with_step(60, 10, 0.01, 0.003, seed);
		struct pb_moves moves = moves_of(m, NULL);

		for (guint i = 0; i < moves.step_count; i++)
			found += moves.steps[i].kind == PB_STEP_JUMP && moves.steps[i].worse &&
				 moves.steps[i].after >= 55 && moves.steps[i].after <= 65;
		pb_moves_clear(&moves);
	}
	assert_int_equal(found, 50);
}

static void a_spike_is_no_step(void **state)
{
	for (guint seed = 0; seed < 20; seed++) {
		g_autofree struct made *m = timed_with_step(80, 0, 0, 0.003, seed);
		struct pb_moves moves;

		m->point[seed * 4].value *= 1.3;
		m->point[seed * 4].low = m->point[seed * 4].high = m->point[seed * 4].value;
		moves = moves_of(m, NULL);
		assert_int_equal(moves.step_count, 0);
		assert_true(moves.detectable_percent > 0.1 && moves.detectable_percent < 1.5);
		pb_moves_clear(&moves);
	}
}

static void no_step_in_a_thousand_flat_series(void **state)
{
	guint steps = 0;

	for (guint seed = 0; seed < 1000; seed++) {
		g_autofree struct made *m = timed_with_step(60, 0, 0, 0.003, seed + 1000);
		struct pb_moves moves = moves_of(m, NULL);

		steps += moves.step_count;
		pb_moves_clear(&moves);
	}
	assert_int_equal(steps, 0);
}

/* A change of the compiler where the level changes: within one kernel a note, else unclear. */
static void a_timed_step_with_another_compiler(void **state)
{
	g_autofree struct made *m = timed_with_step(40, 20, 0.05, 0.003, 3);
	struct pb_moves moves;

	for (guint i = 40; i < 60; i++)
		m->run[i].apparatus[PB_APPARATUS_TOOLCHAIN] = (char *)"gcc 13";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 1);
	assert_true(moves.steps[0].unclear);
	pb_moves_clear(&moves);
	for (guint i = 0; i < 60; i++)
		m->run[i].text_sha256 = (char *)"one kernel";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 0);
	assert_int_equal(moves.note_count, 1);
	pb_moves_clear(&moves);
	/* Nothing is known to have changed, least of all the kernel: no regression of its. */
	for (guint i = 40; i < 60; i++)
		m->run[i].apparatus[PB_APPARATUS_TOOLCHAIN] = (char *)"gcc 12";
	moves = moves_of(m, NULL);
	assert_int_equal(moves.step_count, 1);
	assert_true(moves.steps[0].unclear);
	assert_int_equal(moves.steps[0].changed, PB_APPARATUS_COUNT);
	pb_moves_clear(&moves);
}

static void a_slow_drift_of_time_is_found(void **state)
{
	struct made_noise random = {.state = 77};
	g_autofree struct made *m = make(PB_EVIDENCE_TIMED);
	struct pb_moves moves;
	bool is_found = false;

	for (guint i = 0; i < 20; i++)
		add(m, "7.2.0", 100 * (1 + 0.003 * made_normal(&random)));
	for (guint i = 0; i < 200; i++)
		add(m, "7.3.0-rc1", 100 * (1 + 0.0001 * i) * (1 + 0.003 * made_normal(&random)));
	moves = moves_of(m, NULL);
	/* As a drift, or as the few steps that a slope is cut into: it is not lost. */
	for (guint i = 0; i < moves.step_count; i++)
		is_found |= pb_step_is_open(&m->series, &moves.steps[i]);
	assert_true(is_found);
	pb_moves_clear(&moves);
}

/* What was said stays with the step when earlier runs come in, or the step moves by a few. */
static void what_was_said_stays(void **state)
{
	g_autofree struct made *m = timed_with_step(40, 20, 0.05, 0.003, 3);
	g_autoptr(GPtrArray) said = g_ptr_array_new();
	struct pb_store_said one = {"0123456789ab", NULL, NULL, PB_STEP_JUSTIFIED, "why", "2026"};
	g_autofree char *place = NULL, *id = NULL;
	struct pb_moves moves = moves_of(m, NULL);

	assert_int_equal(moves.step_count, 1);
	place = pb_step_place(&m->series, &m->runs, &moves.steps[0]);
	one.run = place;
	one.step = id = g_strdup(moves.steps[0].id);
	g_ptr_array_add(said, &one);
	pb_moves_clear(&moves);

	/* The step is two runs later now. */
	m->point[40].value = m->point[41].value = 100;
	moves = moves_of(m, said);
	assert_int_equal(moves.step_count, 1);
	assert_int_equal(moves.steps[0].after, 42);
	assert_int_equal(moves.steps[0].state, PB_STEP_JUSTIFIED);
	assert_string_equal(moves.steps[0].text, "why");
	assert_string_equal(moves.steps[0].id, id);
	assert_false(pb_step_is_open(&m->series, &moves.steps[0]));
	pb_moves_clear(&moves);
	one.series = (char *)"another";
	moves = moves_of(m, said);
	assert_int_equal(moves.steps[0].state, PB_STEP_NEW);
	pb_moves_clear(&moves);
}

static void releases_have_levels(void **state)
{
	g_autofree struct made *m = make(PB_EVIDENCE_COUNTED);
	g_autofree struct pb_release_level *levels = NULL;
	struct pb_release_change change;
	struct pb_releases releases;

	add(m, "6.1.1", 100);
	add(m, "6.12.117", 107);
	add(m, "6.12.117", 107);
	add(m, "7.2.1", 58);
	pb_releases_of(&m->runs, &releases);
	assert_int_equal(releases.count, 3);
	assert_int_equal(releases.list[2].previous, 1);
	assert_int_equal(releases.list[2].long_term, 1);
	assert_int_equal(releases.list[1].long_term, 0);
	assert_int_equal(releases.list[0].long_term, -1);
	assert_true(releases.list[1].is_long_term && !releases.list[2].is_long_term);
	m->series.count = 3;
	levels = pb_release_levels(&m->series, &releases);
	assert_int_equal(levels[1].points, 2);
	assert_true(levels[1].value == 107);
	assert_int_equal(levels[2].points, 0);
	change = pb_release_change(&m->series, &m->runs, &levels[0], &levels[1]);
	assert_true(change.is_known && change.matters && change.worse);
	assert_true(change.percent > 6.99 && change.percent < 7.01);
	change = pb_release_change(&m->series, &m->runs, &levels[1], &levels[2]);
	assert_false(change.is_known || change.is_unclear);
	pb_releases_clear(&releases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_of_kernel_is_a_step),
		cmocka_unit_test(small_changes_are_none),
		cmocka_unit_test(another_compiler_is_a_note),
		cmocka_unit_test(another_machine_is_no_matter),
		cmocka_unit_test(many_small_changes_are_a_drift),
		cmocka_unit_test(a_step_in_noise_is_found_within_ten_runs),
		cmocka_unit_test(a_spike_is_no_step),
		cmocka_unit_test(no_step_in_a_thousand_flat_series),
		cmocka_unit_test(a_timed_step_with_another_compiler),
		cmocka_unit_test(a_slow_drift_of_time_is_found),
		cmocka_unit_test(what_was_said_stays),
		cmocka_unit_test(releases_have_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
