/*
 * Rows of timed evidence: what the pairs of boots say of each metric, judged together.
 * The procedures are those of reports/stats/verdict.h.
 */
#ifndef PINBENCH_REPORTS_COMPARE_TIMED_H
#define PINBENCH_REPORTS_COMPARE_TIMED_H

#include "reports/compare/native.h"
#include "reports/result.h"
#include "reports/stats/verdict.h"

struct pb_timed_row {
	json_t *row; /* borrowed: of compare.json, without figures yet */
	const struct pb_metric *before;
	const struct pb_metric *after;
	const struct pb_metric *control; /* the baseline's once more, or NULL */
	enum pb_replicate replicate;
	double drift; /* pb_native_drift(); not for PB_REPLICATE_BOOTS */
	struct pb_timed timed;
};

/*
 * Pairs the boots of two metrics in their order, and measures them. @floor: NAN for none.
 * Boots that have no partner are left out.
 */
void pb_timed_metrics(const struct pb_metric *before, const struct pb_metric *after,
		      double min_effect, double floor, struct pb_timed *ret_timed);

/*
 * Judges all rows (struct pb_timed_row), primary and exploratory metrics as two families,
 * and writes verdict, ci_percent, q, p, floor_percent, mde_percent, more_boots and
 * delta_percent into them.
 */
void pb_timed_rows_judge(GArray *rows, double min_effect);

#endif
