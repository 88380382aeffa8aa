/* What is worth a verdict in a history: see limits.h. */
#include "reports/history/limits.h"

#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/stats/verdict.h"

static bool is_counted(const struct pb_history_series *series)
{
	return !strcmp(series->evidence, PB_EVIDENCE_COUNTED);
}

double pb_history_minimum_percent(const struct pb_history_series *series, double level)
{
	double share = PB_TIMED_MIN_EFFECT * 100;

	if (is_counted(series)) {
		share = PB_COUNTED_MIN_EFFECT * 100;
		if (level != 0)
			share = MAX(share, PB_COUNTED_MIN_ABSOLUTE / fabs(level) * 100);
	}
	return MAX(share, series->min_effect_percent);
}

double pb_percent(double from, double to)
{
	if (from == to)
		return 0;
	return (to - from) / fabs(from) * 100;
}

bool pb_history_is_worth(const struct pb_history_series *series, double from, double to)
{
	/* Of a figure as 1,000 against 1,001, which is 0.1 % but for the last digit of a double. */
	const double rounding = 1e-9;
	double percent = fabs(pb_percent(from, to));

	if (from == to)
		return false;
	if (from == 0)
		return !is_counted(series) || fabs(to) >= PB_COUNTED_MIN_ABSOLUTE;
	return percent >= pb_history_minimum_percent(series, from) * (1 - rounding);
}

static bool differs(const struct pb_history_series *series, const struct pb_history_run *a,
		    const struct pb_history_run *b, enum pb_apparatus which)
{
	g_autofree char *left = NULL, *right = NULL;

	if (!strcmp(a->apparatus[which], b->apparatus[which]))
		return false;
	left = pb_history_apparatus(a, which, series->machine);
	right = pb_history_apparatus(b, which, series->machine);
	return *left && *right && strcmp(left, right);
}

bool pb_history_alike(const struct pb_history_series *series, const struct pb_history_run *a,
		      const struct pb_history_run *b, enum pb_apparatus *ret_differs)
{
	for (guint i = 0; i < PB_APPARATUS_COUNT; i++) {
		*ret_differs = (enum pb_apparatus)i;
		if (differs(series, a, b, *ret_differs))
			return false;
	}
	*ret_differs = PB_APPARATUS_COUNT;
	return true;
}

bool pb_history_same_kernel(const struct pb_history_run *a, const struct pb_history_run *b)
{
	return *a->text_sha256 && !strcmp(a->text_sha256, b->text_sha256);
}
