/* See control.h. */
#include <math.h>
#include <string.h>

#include "reports/compare/control.h"
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

/* The pair of one benchmark whose known costs are furthest apart. */
static void find_known(const struct pb_result *result, double *ret_known, double *ret_seen)
{
	double a, b;

	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *one = &result->cases[i];

		for (size_t k = 0; known_of(one, &a) && k < result->case_count; k++) {
			const struct pb_case *other = &result->cases[k];

			if (!known_of(other, &b) || strcmp(one->benchmark, other->benchmark) ||
			    b - a <= *ret_known)
				continue;
			*ret_known = b - a;
			*ret_seen = other->metrics[0].median - one->metrics[0].median;
		}
	}
}

json_t *pb_control_judge(const struct pb_result *result)
{
	struct floor floor = {0};
	double known = 0, seen = 0;
	bool all = result->case_count > 0;

	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *item = &result->cases[i];

		all &= item->outcome == PB_CASE_OK;
		for (size_t m = 0; item->outcome == PB_CASE_OK && m < item->metric_count; m++)
			add_metric(&floor, &item->metrics[m]);
	}
	find_known(result, &known, &seen);
	return json_pack("{s:I, s:i, s:i, s:f, s:f, s:f, s:b}", "boots",
			 (json_int_t)result->environment.boots, "figures", floor.figures,
			 "differing", floor.differing, "largest_percent", floor.largest_percent,
			 "known_insns", known, "seen_insns", seen, "ok",
			 all && floor.figures && !floor.differing &&
				 result->environment.boots > 1 && known > 0 && seen == known);
}
