/* What is worth a verdict in a history: the same as in a comparison. */
#ifndef PINBENCH_REPORTS_HISTORY_LIMITS_H
#define PINBENCH_REPORTS_HISTORY_LIMITS_H

#include "reports/history/history.h"

/* The practical minimum of @series, in percent of @level: 0.1 % of counted figures and at least
 * half of a unit, 1 % of timed ones; more where the metric asks for it. */
double pb_history_minimum_percent(const struct pb_history_series *series, double level);

/* Of @to against @from; 0 if both are 0, infinite if only @from is. */
double pb_percent(double from, double to);

/* Whether a change is at least the minimum. */
bool pb_history_is_worth(const struct pb_history_series *series, double from, double to);

/* Whether what was measured with is the same in two runs as far as both say; if not, the first
 * that differs. */
bool pb_history_alike(const struct pb_history_series *series, const struct pb_history_run *a,
		      const struct pb_history_run *b, enum pb_apparatus *ret_differs);

/* Whether both runs are known to be of one and the same kernel. */
bool pb_history_same_kernel(const struct pb_history_run *a, const struct pb_history_run *b);

#endif
