/* Steps of figures with noise: see steps_parts.h. */
#include "reports/history/limits.h"
#include "reports/history/steps_parts.h"
#include "reports/stats/edivisive.h"

/* A change point may be that far from where the level changed. */
#define TOLERANCE 2
/* What is detectable is said for that many runs before and after a step. */
#define DETECTING_RUNS 10

/* What of the apparatus changed near a change point, if anything. */
static enum pb_apparatus changed_near(const struct pb_looked *l, guint at)
{
	for (guint i = 0; i < l->notes->len; i++) {
		const struct pb_note *note = &g_array_index(l->notes, struct pb_note, i);

		if (note->point + TOLERANCE >= at && note->point <= at + TOLERANCE)
			return note->which;
	}
	return PB_APPARATUS_COUNT;
}

static bool is_one_kernel(const struct pb_looked *l, guint at)
{
	guint first = at > TOLERANCE ? at - TOLERANCE - 1 : 0;
	guint last = MIN(at + TOLERANCE, l->series->count - 1);

	for (guint i = first + 1; i <= last; i++) {
		if (!pb_history_same_kernel(pb_looked_run(l, i - 1), pb_looked_run(l, i)))
			return false;
	}
	return true;
}

/*
 * Where the kernel is the same and something else changed there is a note already. Where nothing
 * is known to have changed, something that cannot be seen did.
 */
static void take_change(struct pb_looked *l, const struct pb_change_point *change)
{
	bool is_same = is_one_kernel(l, change->at);
	struct pb_step step = {
		.kind = PB_STEP_JUMP,
		.before = change->at - 1,
		.after = change->at,
		.from = change->from,
		.to = change->to,
		.low_percent = change->low * 100,
		.high_percent = change->high * 100,
		.p = change->p,
		.changed = changed_near(l, change->at),
	};

	if (is_same && step.changed != PB_APPARATUS_COUNT)
		return;
	step.unclear = is_same || step.changed != PB_APPARATUS_COUNT;
	pb_steps_append(l, &step);
}

void pb_steps_timed(struct pb_looked *l)
{
	struct pb_edivisive_options options = pb_edivisive_usual;
	g_autofree double *values = g_new(double, l->series->count);
	g_autofree struct pb_change_point *changes = NULL;
	double detectable;
	guint count;

	for (guint i = 0; i < l->series->count; i++)
		values[i] = l->series->points[i].value;
	options.min_effect = pb_history_minimum_percent(l->series, values[0]) / 100;
	count = pb_edivisive(values, l->series->count, &options, &changes);
	for (guint i = 0; i < count; i++)
		take_change(l, &changes[i]);
	detectable =
		pb_edivisive_detectable(values, l->series->count, changes, count, DETECTING_RUNS);
	l->moves->detectable_percent = MAX(detectable, options.min_effect * 100);
}
