/*
 * A history as tests that pass or fail, for the formats that know nothing else: one for each series
 * of a primary metric, judged as of the newest kernel, and one for each case that has none.
 *
 * A test fails for an open regression. It is skipped if the newest run skipped its case, and where
 * nothing can be said: for a step that is unclear, and for too few results. It is broken if its
 * case failed in the newest run.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_JUDGE_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_JUDGE_H

#include "reports/history/steps.h"

enum pb_judged_outcome {
	PB_JUDGED_PASSED,
	PB_JUDGED_FAILED,
	PB_JUDGED_SKIPPED,
	PB_JUDGED_BROKEN,
	PB_JUDGED_COUNT,
};

struct pb_judged_test {
	char *name; /* "gup/pin[page=4k] pin (0123456789ab)"; of a case without series its own */
	enum pb_judged_outcome outcome;
	char *message; /* why it did not pass; "" */
	/* Of its newest figure; of a case without series NULL. */
	char *key, *kernel, *unit, *evidence, *machine, *case_id;
	double value, low, high;
	guint run;
};

/* The tests of one benchmark. */
struct pb_judged_suite {
	char *benchmark;
	GPtrArray *tests; /* struct pb_judged_test, in the order that they came in */
	guint counts[PB_JUDGED_COUNT];
};

struct pb_judge *pb_judge_new(const struct pb_history_runs *runs);
void pb_judge_free(struct pb_judge *judge);

void pb_judge_series(struct pb_judge *judge, const struct pb_history_series *series,
		     const struct pb_moves *moves);
void pb_judge_gap(struct pb_judge *judge, const struct pb_history_gap *gap);

/* When all is in: struct pb_judged_suite, by name; the judge's own. */
const GPtrArray *pb_judge_suites(struct pb_judge *judge);

#endif
