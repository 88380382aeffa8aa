/* A history as tests: see judge.h. */
#include "reports/render/history/export/judge.h"

#include <string.h>

#include "pinbench/result.h"
#include "reports/render/history/export/words.h"

/* The newest run that has no figure of a case. */
struct newest_gap {
	guint run;
	char *case_id, *outcome, *reason;
	bool is_told; /* by a test */
};

struct pb_judge {
	const struct pb_history_runs *runs;
	GPtrArray *suites;
	GHashTable *by_benchmark; /* to the suites' own */
	GHashTable *gaps;	  /* struct newest_gap by kind of run, evidence and case */
};

static void test_free(void *data)
{
	struct pb_judged_test *test = data;

	g_free(test->name);
	g_free(test->message);
	g_free(test->key);
	g_free(test->kernel);
	g_free(test->unit);
	g_free(test->evidence);
	g_free(test->machine);
	g_free(test->case_id);
	g_free(test);
}

static void suite_free(void *data)
{
	struct pb_judged_suite *suite = data;

	g_free(suite->benchmark);
	g_ptr_array_unref(suite->tests);
	g_free(suite);
}

static void gap_free(void *data)
{
	struct newest_gap *gap = data;

	g_free(gap->case_id);
	g_free(gap->outcome);
	g_free(gap->reason);
	g_free(gap);
}

struct pb_judge *pb_judge_new(const struct pb_history_runs *runs)
{
	struct pb_judge *judge = g_new0(struct pb_judge, 1);

	judge->runs = runs;
	judge->suites = g_ptr_array_new_with_free_func(suite_free);
	judge->by_benchmark = g_hash_table_new(g_str_hash, g_str_equal);
	judge->gaps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gap_free);
	return judge;
}

void pb_judge_free(struct pb_judge *judge)
{
	if (!judge)
		return;
	g_hash_table_unref(judge->gaps);
	g_hash_table_unref(judge->by_benchmark);
	g_ptr_array_unref(judge->suites);
	g_free(judge);
}

static struct pb_judged_suite *suite_of(struct pb_judge *judge, const char *benchmark)
{
	struct pb_judged_suite *suite = g_hash_table_lookup(judge->by_benchmark, benchmark);

	if (suite)
		return suite;
	suite = g_new0(struct pb_judged_suite, 1);
	suite->benchmark = g_strdup(benchmark);
	suite->tests = g_ptr_array_new_with_free_func(test_free);
	g_ptr_array_add(judge->suites, suite);
	g_hash_table_insert(judge->by_benchmark, suite->benchmark, suite);
	return suite;
}

static void set_outcome(struct pb_judged_test *test, enum pb_judged_outcome outcome, char *message)
{
	test->outcome = outcome;
	g_free(test->message);
	test->message = message;
}

static char *regressions(const struct pb_judge *judge, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < moves->step_count; i++) {
		g_autofree char *words = NULL;

		if (!pb_step_is_open(series, &moves->steps[i]))
			continue;
		words = pb_export_step(series, judge->runs, &moves->steps[i]);
		g_string_append_printf(out, "%s%s", out->len ? "; " : "", words);
	}
	return g_string_free(out, FALSE);
}

static bool is_in_doubt(const struct pb_step *step)
{
	return step->unclear && step->worse &&
	       (step->state == PB_STEP_NEW || step->state == PB_STEP_ACKNOWLEDGED);
}

static char *doubts(const struct pb_judge *judge, const struct pb_history_series *series,
		    const struct pb_moves *moves)
{
	for (guint i = 0; i < moves->step_count; i++) {
		g_autofree char *words = NULL, *why = NULL;

		if (!is_in_doubt(&moves->steps[i]))
			continue;
		words = pb_export_step(series, judge->runs, &moves->steps[i]);
		why = pb_export_unclear(&moves->steps[i]);
		return g_strdup_printf("unclear: %s; %s", words, why);
	}
	return NULL;
}

static char *too_few(const struct pb_history_series *series)
{
	guint least = pb_steps_least_points(series);

	if (series->count >= least)
		return NULL;
	return g_strdup_printf("inconclusive: %u of the %u results that a step would show in",
			       series->count, least);
}

static void judge_series(const struct pb_judge *judge, const struct pb_history_series *series,
			 const struct pb_moves *moves, struct pb_judged_test *test)
{
	g_autofree char *worse = regressions(judge, series, moves);
	char *why;

	test->outcome = PB_JUDGED_PASSED;
	test->message = g_strdup("");
	if (*worse) {
		set_outcome(test, PB_JUDGED_FAILED, g_steal_pointer(&worse));
		return;
	}
	why = doubts(judge, series, moves);
	if (!why)
		why = too_few(series);
	if (why)
		set_outcome(test, PB_JUDGED_SKIPPED, why);
}

void pb_judge_series(struct pb_judge *judge, const struct pb_history_series *series,
		     const struct pb_moves *moves)
{
	const struct pb_history_point *newest;
	struct pb_judged_test *test;

	if (!series->primary || !series->count)
		return;
	newest = &series->points[series->count - 1];
	test = g_new0(struct pb_judged_test, 1);
	test->name = g_strdup_printf("%s %s (%s)", series->case_id, series->metric, series->key);
	test->key = g_strdup(series->key);
	test->kernel = g_strdup(judge->runs->runs[newest->run].name);
	test->unit = g_strdup(series->unit);
	test->evidence = g_strdup(series->evidence);
	test->machine = g_strdup(series->machine);
	test->case_id = g_strdup(series->case_id);
	test->value = newest->value;
	test->low = newest->low;
	test->high = newest->high;
	test->run = newest->run;
	judge_series(judge, series, moves, test);
	g_ptr_array_add(suite_of(judge, series->benchmark)->tests, test);
}

/* A machine itself and a guest on it are no substitute for each other. */
static char *gap_key(const struct pb_judge *judge, guint run, const char *case_id)
{
	const struct pb_history_run *of = &judge->runs->runs[run];

	return g_strjoin("\n", of->kind, of->evidence, case_id, NULL);
}

void pb_judge_gap(struct pb_judge *judge, const struct pb_history_gap *gap)
{
	g_autofree char *key = gap_key(judge, gap->run, gap->case_id);
	struct newest_gap *newest = g_hash_table_lookup(judge->gaps, key);

	if (newest && newest->run > gap->run)
		return;
	newest = g_new0(struct newest_gap, 1);
	newest->run = gap->run;
	newest->case_id = g_strdup(gap->case_id);
	newest->outcome = g_strdup(gap->outcome);
	newest->reason = g_strdup(gap->reason);
	g_hash_table_insert(judge->gaps, g_steal_pointer(&key), newest);
}

static void apply_gap(const struct pb_judge *judge, const struct newest_gap *gap,
		      struct pb_judged_test *test)
{
	bool is_broken = !strcmp(gap->outcome, PB_OUTCOME_FAIL);

	set_outcome(test, is_broken ? PB_JUDGED_BROKEN : PB_JUDGED_SKIPPED,
		    g_strdup_printf("%s on %s: %s", gap->outcome, judge->runs->runs[gap->run].name,
				    *gap->reason ? gap->reason : "no reason given"));
}

/* A regression stays one although the newest run has no figure. */
static void tell_gap(struct pb_judge *judge, struct pb_judged_test *test)
{
	g_autofree char *key = test->key ? gap_key(judge, test->run, test->case_id) : NULL;
	struct newest_gap *gap = key ? g_hash_table_lookup(judge->gaps, key) : NULL;

	if (!gap)
		return;
	gap->is_told = true;
	if (gap->run > test->run && test->outcome != PB_JUDGED_FAILED)
		apply_gap(judge, gap, test);
}

static int compare_gaps(const void *left, const void *right)
{
	const struct newest_gap *a = *(struct newest_gap *const *)left;
	const struct newest_gap *b = *(struct newest_gap *const *)right;
	int order = strcmp(a->case_id, b->case_id);

	return order ? order : a->run < b->run ? -1 : a->run > b->run;
}

/* Cases that no series speaks for. */
static void add_untold(struct pb_judge *judge)
{
	g_autoptr(GPtrArray) untold = g_ptr_array_new();
	GHashTableIter iter;
	struct newest_gap *gap;

	g_hash_table_iter_init(&iter, judge->gaps);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&gap)) {
		if (!gap->is_told)
			g_ptr_array_add(untold, gap);
	}
	g_ptr_array_sort(untold, compare_gaps);
	for (guint i = 0; i < untold->len; i++) {
		struct pb_judged_test *test = g_new0(struct pb_judged_test, 1);
		g_autofree char *benchmark = NULL;

		gap = untold->pdata[i];
		gap->is_told = true;
		benchmark = g_strndup(gap->case_id, strcspn(gap->case_id, "["));
		test->name = g_strdup(gap->case_id);
		apply_gap(judge, gap, test);
		g_ptr_array_add(suite_of(judge, benchmark)->tests, test);
	}
}

static int compare_suites(const void *left, const void *right)
{
	const struct pb_judged_suite *a = *(struct pb_judged_suite *const *)left;
	const struct pb_judged_suite *b = *(struct pb_judged_suite *const *)right;

	return strcmp(a->benchmark, b->benchmark);
}

const GPtrArray *pb_judge_suites(struct pb_judge *judge)
{
	for (guint i = 0; i < judge->suites->len; i++) {
		const struct pb_judged_suite *suite = judge->suites->pdata[i];

		for (guint n = 0; n < suite->tests->len; n++)
			tell_gap(judge, suite->tests->pdata[n]);
	}
	add_untold(judge);
	g_ptr_array_sort(judge->suites, compare_suites);
	for (guint i = 0; i < judge->suites->len; i++) {
		struct pb_judged_suite *suite = judge->suites->pdata[i];

		memset(suite->counts, 0, sizeof(suite->counts));
		for (guint n = 0; n < suite->tests->len; n++) {
			const struct pb_judged_test *test = suite->tests->pdata[n];

			suite->counts[test->outcome]++;
		}
	}
	return judge->suites;
}
