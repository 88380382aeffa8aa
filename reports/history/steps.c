/* What moved in a series: see steps.h. */
#include "reports/history/steps.h"

#include <math.h>
#include <string.h>

#include "reports/history/limits.h"
#include "reports/history/steps_parts.h"
#include "reports/history/store.h"
#include "reports/stats/edivisive.h"

/* What was said of a step of timed figures is still said of it when it has moved by as many. */
#define MOVED_RUNS 5

const struct pb_history_run *pb_looked_run(const struct pb_looked *l, guint point)
{
	return &l->runs->runs[l->series->points[point].run];
}

/* Not that run alone: a drift ends with whatever run is newest. */
static char *place_of(const struct pb_looked *l, const struct pb_step *step)
{
	if (step->kind == PB_STEP_DRIFT)
		return g_strdup_printf("drift since %s", pb_looked_run(l, step->before)->branch);
	return g_strdup(pb_looked_run(l, step->after)->sha256);
}

static const struct pb_history_run *find_run(const struct pb_looked *l, const char *sha256,
					     guint *ret_point)
{
	for (guint i = 0; i < l->series->count; i++) {
		*ret_point = i;
		if (!strcmp(pb_looked_run(l, i)->sha256, sha256))
			return pb_looked_run(l, i);
	}
	return NULL;
}

/* Exact steps are between kernels: whichever run of the kernel was the first when it was said. */
static bool is_of(const struct pb_looked *l, const struct pb_step *step, const char *place,
		  const char *said_of)
{
	const struct pb_history_run *run;
	guint point;

	if (!strcmp(place, said_of))
		return true;
	if (step->kind == PB_STEP_DRIFT)
		return false;
	run = find_run(l, said_of, &point);
	if (!run)
		return false;
	if (l->series->is_exact)
		return !strcmp(run->name, pb_looked_run(l, step->after)->name) &&
		       pb_history_same_kernel(run, pb_looked_run(l, step->after));
	return point + MOVED_RUNS >= step->after && point <= step->after + MOVED_RUNS;
}

static void add_said(const struct pb_looked *l, struct pb_step *step)
{
	g_autofree char *place = place_of(l, step);
	g_autofree char *all = g_strjoin("\n", l->series->key, place, NULL);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);

	g_strlcpy(step->id, hash, sizeof(step->id));
	step->text = step->when = "";
	for (guint i = 0; l->said && i < l->said->len; i++) {
		const struct pb_store_said *said = l->said->pdata[i];

		if (strcmp(said->series, l->series->key) || !is_of(l, step, place, said->run))
			continue;
		g_strlcpy(step->id, said->step, sizeof(step->id));
		step->state = said->state;
		step->text = said->text;
		step->when = said->when;
	}
}

void pb_steps_append(struct pb_looked *l, struct pb_step *step)
{
	step->before_run = l->series->points[step->before].run;
	step->after_run = l->series->points[step->after].run;
	step->percent = pb_percent(step->from, step->to);
	if (l->series->is_exact && step->kind == PB_STEP_JUMP)
		step->low_percent = step->high_percent = step->percent;
	step->worse = (step->to > step->from) != l->series->higher_is_better;
	add_said(l, step);
	g_array_append_val(l->steps, *step);
}

static void add_note(struct pb_looked *l, guint point, enum pb_apparatus which)
{
	const struct pb_history_series *s = l->series;
	struct pb_note note = {
		.point = point,
		.run = s->points[point].run,
		.which = which,
		.from = pb_history_apparatus(pb_looked_run(l, point - 1), which, s->machine),
		.to = pb_history_apparatus(pb_looked_run(l, point), which, s->machine),
		.percent = pb_percent(s->points[point - 1].value, s->points[point].value),
	};

	if (*note.from && *note.to && strcmp(note.from, note.to)) {
		g_array_append_val(l->notes, note);
		return;
	}
	g_free(note.from);
	g_free(note.to);
}

static void find_notes(struct pb_looked *l)
{
	for (guint i = 1; i < l->series->count; i++) {
		const struct pb_history_run *old = pb_looked_run(l, i - 1);
		const struct pb_history_run *new = pb_looked_run(l, i);

		for (guint k = 0; k < PB_APPARATUS_COUNT; k++) {
			if (strcmp(old->apparatus[k], new->apparatus[k]))
				add_note(l, i, (enum pb_apparatus)k);
		}
	}
}

static bool is_alarm(const struct pb_history_series *series, const struct pb_history_point *a,
		     const struct pb_history_point *b)
{
	return pb_history_is_worth(series, a->value, b->value) &&
	       (a->high < b->low || b->high < a->low);
}

/* Runs of one kernel, side by side, with the same things: no difference of theirs is the kernel's.
 */
static void count_alike(struct pb_looked *l)
{
	const struct pb_history_series *s = l->series;
	enum pb_apparatus differs;

	for (guint i = 1; i < s->count; i++) {
		if (!pb_history_same_kernel(pb_looked_run(l, i - 1), pb_looked_run(l, i)) ||
		    !pb_history_alike(s, pb_looked_run(l, i - 1), pb_looked_run(l, i), &differs))
			continue;
		l->moves->alike_pairs++;
		l->moves->alike_alarms += is_alarm(s, &s->points[i - 1], &s->points[i]);
	}
}

void pb_steps_find(const struct pb_history_series *series, const struct pb_history_runs *runs,
		   const GPtrArray *said, struct pb_moves *ret_moves)
{
	struct pb_looked l = {
		.series = series,
		.runs = runs,
		.said = said,
		.steps = g_array_new(FALSE, FALSE, sizeof(struct pb_step)),
		.notes = g_array_new(FALSE, FALSE, sizeof(struct pb_note)),
		.moves = ret_moves,
	};

	*ret_moves = (struct pb_moves){0};
	if (series->count) {
		find_notes(&l);
		if (series->is_exact)
			pb_steps_exact(&l);
		else
			pb_steps_timed(&l);
		pb_steps_drift(&l);
		count_alike(&l);
	}
	ret_moves->step_count = l.steps->len;
	ret_moves->steps = (struct pb_step *)g_array_free(l.steps, FALSE);
	ret_moves->note_count = l.notes->len;
	ret_moves->notes = (struct pb_note *)g_array_free(l.notes, FALSE);
}

void pb_moves_clear(struct pb_moves *moves)
{
	for (guint i = 0; i < moves->note_count; i++) {
		g_free(moves->notes[i].from);
		g_free(moves->notes[i].to);
	}
	g_free(moves->steps);
	g_free(moves->notes);
	*moves = (struct pb_moves){0};
}

bool pb_step_is_open(const struct pb_history_series *series, const struct pb_step *step)
{
	return series->primary && step->worse && !step->unclear &&
	       (step->state == PB_STEP_NEW || step->state == PB_STEP_ACKNOWLEDGED);
}

guint pb_steps_least_points(const struct pb_history_series *series)
{
	return series->is_exact ? 2 : 2 * pb_edivisive_usual.min_segment;
}

char *pb_step_place(const struct pb_history_series *series, const struct pb_history_runs *runs,
		    const struct pb_step *step)
{
	const struct pb_looked l = {.series = series, .runs = runs};

	return place_of(&l, step);
}

bool pb_branch_is_long_term(const char *branch)
{
	/* https://www.kernel.org/category/releases.html, as of November 2026 */
	static const char *const branches[] = {"4.19", "5.4", "5.10", "5.15",
					       "6.1",  "6.6", "6.12", "6.18"};

	for (gsize i = 0; i < G_N_ELEMENTS(branches); i++) {
		if (!strcmp(branch, branches[i]))
			return true;
	}
	return false;
}
