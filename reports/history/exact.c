/* Steps of exact figures: see steps_parts.h. */
#include <string.h>

#include "reports/history/limits.h"
#include "reports/history/steps_parts.h"

/* A kernel that was measured that often is compared by the runs next to the other kernel. */
#define NEAREST 32

/* Points first to end - 1 are of one kernel. */
struct span {
	guint first, end;
};

static bool is_same(const struct pb_history_run *a, const struct pb_history_run *b)
{
	if (*a->text_sha256 && *b->text_sha256)
		return !strcmp(a->text_sha256, b->text_sha256);
	return !strcmp(a->name, b->name);
}

static struct span span_from(const struct pb_looked *l, guint first)
{
	struct span span = {first, first + 1};

	while (span.end < l->series->count &&
	       is_same(pb_looked_run(l, span.end - 1), pb_looked_run(l, span.end)))
		span.end++;
	return span;
}

/* The nearest two runs that were measured with the same things; false: there are none. */
static bool find_alike(const struct pb_looked *l, struct span old, struct span new,
		       guint *ret_before, guint *ret_after, enum pb_apparatus *ret_changed)
{
	guint least = old.end > old.first + NEAREST ? old.end - NEAREST : old.first;
	guint most = MIN(new.end, new.first + NEAREST);
	enum pb_apparatus differs;

	for (guint after = new.first; after < most; after++) {
		for (guint before = old.end; before-- > least;) {
			if (!pb_history_alike(l->series, pb_looked_run(l, before),
					      pb_looked_run(l, after), &differs))
				continue;
			*ret_before = before;
			*ret_after = after;
			return true;
		}
	}
	pb_history_alike(l->series, pb_looked_run(l, old.end - 1), pb_looked_run(l, new.first),
			 ret_changed);
	return false;
}

static void look_between(struct pb_looked *l, struct span old, struct span new)
{
	guint before = old.end - 1, after = new.first;
	struct pb_step step = {.kind = PB_STEP_JUMP, .changed = PB_APPARATUS_COUNT};

	step.unclear = !find_alike(l, old, new, &before, &after, &step.changed);
	step.from = l->series->points[before].value;
	step.to = l->series->points[after].value;
	if (!pb_history_is_worth(l->series, step.from, step.to))
		return;
	step.before = old.end - 1;
	step.after = new.first;
	pb_steps_append(l, &step);
}

void pb_steps_exact(struct pb_looked *l)
{
	struct span old = span_from(l, 0);

	while (old.end < l->series->count) {
		struct span new = span_from(l, old.end);

		look_between(l, old, new);
		old = new;
	}
	l->moves->detectable_percent = pb_history_minimum_percent(
		l->series, l->series->points[l->series->count - 1].value);
}
