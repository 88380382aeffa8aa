/* Many small changes: see steps_parts.h. */
#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "reports/history/limits.h"
#include "reports/history/steps_parts.h"
#include "reports/stats/quantile.h"

/* Of timed figures that many runs of the newest kernels are held against as many before. */
#define MOST_RUNS  10
#define LEAST_RUNS 5
#define TAIL	   0.975

/* A level that a drift leads from or to. */
struct level {
	guint first, end; /* points */
	double value;
	double ln_variance; /* of the mean of logarithms */
};

/* The last point of a branch before the newest one's; of one branch alone its first point. */
static bool find_reference(const struct pb_looked *l, guint *ret_point)
{
	const char *newest = pb_looked_run(l, l->series->count - 1)->branch;

	for (guint i = l->series->count; i-- > 0;) {
		if (!strcmp(pb_looked_run(l, i)->branch, newest))
			continue;
		*ret_point = i;
		return true;
	}
	*ret_point = 0;
	return l->series->count > 2;
}

static void measure_noise(const struct pb_looked *l, struct level *level)
{
	guint count = level->end - level->first;
	double mean = 0, square = 0;

	for (guint i = level->first; i < level->end; i++)
		mean += log(l->series->points[i].value) / count;
	for (guint i = level->first; i < level->end; i++)
		square += pow(log(l->series->points[i].value) - mean, 2);
	level->ln_variance = square / (count - 1) / count;
}

static bool find_level(const struct pb_looked *l, guint first, guint end, struct level *ret_level)
{
	g_autofree double *values = g_new(double, end - first);

	*ret_level = (struct level){.first = first, .end = end};
	for (guint i = first; i < end; i++)
		values[i - first] = l->series->points[i].value;
	ret_level->value = pb_median(values, end - first);
	if (l->series->is_exact)
		return true;
	if (end - first < LEAST_RUNS)
		return false;
	measure_noise(l, ret_level);
	return isfinite(ret_level->ln_variance);
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

/* Whole intervals beyond no change; of exact figures the value itself. */
static bool is_sure(const struct pb_looked *l, const struct level *from, const struct level *to,
		    double rest, struct pb_step *step)
{
	guint free = (from->end - from->first) + (to->end - to->first) - 2;
	double half;

	step->low_percent = step->high_percent = (rest - 1) * 100;
	if (l->series->is_exact)
		return true;
	half = gsl_cdf_tdist_Pinv(TAIL, free) * sqrt(from->ln_variance + to->ln_variance);
	step->low_percent = (exp(log(rest) - half) - 1) * 100;
	step->high_percent = (exp(log(rest) + half) - 1) * 100;
	step->p = 2 * gsl_cdf_tdist_Q(fabs(log(rest)) / sqrt(from->ln_variance + to->ln_variance),
				      free);
	return fabs(log(rest)) > half;
}

static bool find_levels(const struct pb_looked *l, guint reference, struct level *from,
			struct level *to)
{
	guint count = l->series->count, most = l->series->is_exact ? 1 : MOST_RUNS;
	guint rest = count - reference - 1;

	/* Of one branch alone the reference is where it begins. */
	if (!reference)
		return rest + 1 >= 2 * most && find_level(l, 0, most, from) &&
		       find_level(l, count - most, count, to);
	return find_level(l, reference + 1 > most ? reference + 1 - most : 0, reference + 1,
			  from) &&
	       find_level(l, count - MIN(most, rest), count, to);
}

void pb_steps_drift(struct pb_looked *l)
{
	struct level from, to;
	struct pb_step step = {.kind = PB_STEP_DRIFT};
	guint reference;
	double rest;

	if (!find_reference(l, &reference) || !find_levels(l, reference, &from, &to))
		return;
	if (!(from.value > 0) || !(to.value > 0))
		return;
	rest = to.value / from.value / explained(l, from.end - 1);
	step.from = from.value;
	step.to = from.value * rest;
	if (!pb_history_is_worth(l->series, step.from, step.to) ||
	    !is_sure(l, &from, &to, rest, &step))
		return;
	step.before = from.end - 1;
	step.after = l->series->count - 1;
	step.unclear = !pb_history_alike(l->series, pb_looked_run(l, step.before),
					 pb_looked_run(l, step.after), &step.changed);
	pb_steps_append(l, &step);
}
