/* Many small changes: see steps_parts.h. */
#include <math.h>
#include <string.h>

#include "reports/history/limits.h"
#include "reports/history/steps_parts.h"
#include "reports/stats/quantile.h"
#include "reports/stats/welch.h"

/* Of timed figures that many runs of the newest kernels are held against as many before. */
#define MOST_RUNS  10
#define LEAST_RUNS 5

/* A level that a drift leads from or to: points first to end - 1. */
struct level {
	guint first, end;
	double value;
};

/* The last point of a branch before the newest one's; false: there is one branch alone. */
static bool find_reference(const struct pb_looked *l, guint *ret_point)
{
	const char *newest = pb_looked_run(l, l->series->count - 1)->branch;

	for (guint i = l->series->count; i-- > 0;) {
		if (!strcmp(pb_looked_run(l, i)->branch, newest))
			continue;
		*ret_point = i;
		return true;
	}
	return false;
}

static bool find_level(const struct pb_looked *l, guint first, guint end, struct level *ret_level)
{
	g_autofree double *values = g_new(double, end - first);

	for (guint i = first; i < end; i++)
		values[i - first] = l->series->points[i].value;
	*ret_level = (struct level){first, end, pb_median(values, end - first)};
	return l->series->is_exact || end - first >= LEAST_RUNS;
}

/* What the jumps between account for, as a factor. */
static double explained(const struct pb_looked *l, guint reference)
{
	double factor = 1;

	for (guint i = 0; i < l->steps->len; i++) {
		const struct pb_step *step = &g_array_index(l->steps, struct pb_step, i);

		if (step->after > reference && step->from > 0 && step->to > 0)
			factor *= step->to / step->from;
	}
	return factor;
}

static double *logarithms(const struct pb_looked *l, const struct level *level)
{
	double *ln = g_new(double, level->end - level->first);

	for (guint i = level->first; i < level->end; i++)
		ln[i - level->first] = log(l->series->points[i].value);
	return ln;
}

/*
 * Whether the whole interval of what the jumps leave is on one side of no change; exact figures
 * have none.
 */
static bool is_sure(const struct pb_looked *l, const struct level *from, const struct level *to,
		    double jumps, struct pb_step *step)
{
	g_autofree double *a = logarithms(l, from), *b = logarithms(l, to);
	struct pb_welch welch;

	step->low_percent = step->high_percent = pb_percent(step->from, step->to);
	if (l->series->is_exact)
		return true;
	for (guint i = 0; i < to->end - to->first; i++)
		b[i] -= log(jumps);
	if (pb_welch(a, from->end - from->first, b, to->end - to->first, &welch))
		return false;
	step->p = welch.p;
	step->low_percent = pb_effect(welch.ci95.low) * 100;
	step->high_percent = pb_effect(welch.ci95.high) * 100;
	return welch.ci95.low > 0 || welch.ci95.high < 0;
}

/* Of one branch alone: where it begins against where it is. */
static bool find_levels(const struct pb_looked *l, struct level *from, struct level *to)
{
	guint count = l->series->count, most = l->series->is_exact ? 1 : MOST_RUNS, reference;

	if (!find_reference(l, &reference))
		return count >= 2 * most && find_level(l, 0, most, from) &&
		       find_level(l, count - most, count, to);
	return find_level(l, reference + 1 > most ? reference + 1 - most : 0, reference + 1,
			  from) &&
	       find_level(l, count - MIN(most, count - reference - 1), count, to);
}

/* Of one kernel, or measured with other things: what drifted is not the kernel, or may not be. */
static bool is_of_kernels(const struct pb_looked *l, const struct pb_step *step)
{
	const struct pb_history_run *old = pb_looked_run(l, step->before);
	const struct pb_history_run *new = pb_looked_run(l, step->after);
	enum pb_apparatus differs;

	return !pb_history_same_kernel(old, new) && pb_history_alike(l->series, old, new, &differs);
}

void pb_steps_drift(struct pb_looked *l)
{
	struct level from, to;
	struct pb_step step = {.kind = PB_STEP_DRIFT, .changed = PB_APPARATUS_COUNT};
	double jumps;

	if (!find_levels(l, &from, &to))
		return;
	step.before = from.end - 1;
	step.after = l->series->count - 1;
	if (!(from.value > 0) || !(to.value > 0) || !is_of_kernels(l, &step))
		return;
	jumps = explained(l, from.end - 1);
	step.from = from.value;
	step.to = to.value / jumps;
	if (!pb_history_is_worth(l->series, step.from, step.to) ||
	    !is_sure(l, &from, &to, jumps, &step))
		return;
	pb_steps_append(l, &step);
}
