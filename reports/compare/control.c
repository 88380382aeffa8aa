/* See control.h. */
#include <math.h>
#include <string.h>

#include "reports/compare/control.h"
#include "reports/compare/timed.h"
#include "reports/file.h"
#include "reports/stats/quantile.h"

#define KNOWN_FACT "known_insns"

struct floor {
	guint figures;
	guint differing;
	double largest_percent;
};

static void add_metric(struct floor *floor, const struct pb_metric *metric)
{
	double least = INFINITY, most = -INFINITY;

	for (size_t i = 0; i < metric->boot_count; i++) {
		double median = pb_median(metric->boots[i].values, metric->boots[i].count);

		least = MIN(least, median);
		most = MAX(most, median);
	}
	floor->figures++;
	if (most == least)
		return;
	floor->differing++;
	floor->largest_percent =
		MAX(floor->largest_percent, least > 0 ? (most - least) / least * 100 : 100);
}

static bool known_of(const struct pb_case *item, double *ret_known)
{
	for (size_t i = 0; i < item->fact_count; i++) {
		if (!strcmp(item->facts[i].name, KNOWN_FACT) && item->outcome == PB_CASE_OK) {
			*ret_known = json_number_value(item->facts[i].value);
			return item->metric_count > 0;
		}
	}
	return false;
}

/* Two cases of one benchmark whose known costs are furthest apart. */
struct known {
	double insns;
	const struct pb_metric *less;
	const struct pb_metric *more;
};

static struct known find_known(const struct pb_result *result)
{
	struct known known = {0};
	double a, b;

	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *one = &result->cases[i];

		for (size_t k = 0; known_of(one, &a) && k < result->case_count; k++) {
			const struct pb_case *other = &result->cases[k];

			if (known_of(other, &b) && !strcmp(one->benchmark, other->benchmark) &&
			    b - a > known.insns)
				known = (struct known){b - a, &one->metrics[0], &other->metrics[0]};
		}
	}
	return known;
}

static bool all_ok(const struct pb_result *result)
{
	for (size_t i = 0; i < result->case_count; i++) {
		if (result->cases[i].outcome != PB_CASE_OK)
			return false;
	}
	return result->case_count > 0;
}

json_t *pb_control_judge(const struct pb_result *result)
{
	struct known known = find_known(result);
	struct floor floor = {0};
	double seen = known.insns > 0 ? known.more->median - known.less->median : 0;

	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *item = &result->cases[i];

		/* What says itself that it differs between boots proves nothing by it. */
		if (item->outcome != PB_CASE_OK || item->not_deterministic)
			continue;
		for (size_t m = 0; m < item->metric_count; m++)
			add_metric(&floor, &item->metrics[m]);
	}
	return json_pack("{s:I, s:i, s:i, s:f, s:f, s:f, s:b}", "boots",
			 (json_int_t)result->environment.boots, "figures", floor.figures,
			 "differing", floor.differing, "largest_percent", floor.largest_percent,
			 "known_insns", known.insns, "seen_insns", seen, "ok",
			 all_ok(result) && floor.figures && !floor.differing &&
				 result->environment.boots > 1 && known.insns > 0 &&
				 seen == known.insns);
}

static void add_timed(struct floor *floor, const struct pb_metric *before,
		      const struct pb_metric *again)
{
	struct pb_timed timed;

	pb_timed_metrics(before, again, PB_TIMED_MIN_EFFECT, NAN, &timed);
	if (isnan(timed.effect))
		return;
	floor->figures++;
	floor->differing += timed.ci95.low > 0 || timed.ci95.high < 0;
	floor->largest_percent = fmax(floor->largest_percent, fabs(timed.effect) * 100);
}

static void add_timed_case(struct floor *floor, const struct pb_case *item,
			   const struct pb_result *control)
{
	const struct pb_case *again = pb_result_case(control, item->id);

	for (size_t m = 0; again && item->outcome == PB_CASE_OK && m < item->metric_count; m++) {
		const struct pb_metric *metric = &item->metrics[m];
		const struct pb_metric *other = pb_case_metric(again, metric->name);

		if (other && metric->primary)
			add_timed(floor, metric, other);
	}
}

json_t *pb_control_judge_timed(const struct pb_result *baseline, const struct pb_result *control)
{
	struct known known = find_known(control);
	struct pb_timed seen = {.effect = NAN, .ci95 = {NAN, NAN}};
	struct floor floor = {0};

	for (size_t i = 0; i < baseline->case_count; i++)
		add_timed_case(&floor, &baseline->cases[i], control);
	if (known.insns > 0)
		pb_timed_metrics(known.less, known.more, PB_TIMED_MIN_EFFECT, NAN, &seen);
	return json_pack(
		"{s:I, s:i, s:i, s:f, s:f, s:o, s:[o, o], s:b}", "boots",
		(json_int_t)control->environment.boots, "figures", floor.figures, "differing",
		floor.differing, "largest_percent", floor.largest_percent, "known_insns",
		known.insns, "seen_percent", pb_number_or_null(seen.effect * 100),
		"seen_ci_percent", pb_number_or_null(seen.ci95.low * 100),
		pb_number_or_null(seen.ci95.high * 100), "ok", floor.figures && seen.ci95.low > 0);
}
