/*
 * What moved in a series, and since which kernel.
 *
 * Counted figures are exact: every change from one kernel to the next is a step, if it is worth a
 * verdict (as of a comparison: 0.1 %, and half an instruction). Timed ones step where E-divisive
 * finds a change point (reports/stats/edivisive.h), if it is worth one (1 %).
 *
 * A step where what was measured with changed at the same place is unclear: it is shown, and is no
 * regression. One where only that changed is a note.
 */
#ifndef PINBENCH_REPORTS_HISTORY_STEPS_H
#define PINBENCH_REPORTS_HISTORY_STEPS_H

#include "reports/history/history.h"

enum pb_step_kind {
	PB_STEP_JUMP,
	/* The newest release against the last one before it (or the last long-term one), where no
	 * jump between explains it: many small changes. */
	PB_STEP_DRIFT,
};

struct pb_step {
	char id[13]; /* of the series and the run after: what `history mark` takes */
	enum pb_step_kind kind;
	guint before, after; /* points: the last of the old level, the first of the new one */
	guint before_run, after_run;	  /* their runs */
	double from, to;		  /* levels, in the series' unit */
	double percent;			  /* of the change of value */
	double low_percent, high_percent; /* 95 % interval; counted: twice percent */
	double p;			  /* timed: of the permutation test; counted: 0 */
	bool worse;
	bool unclear; /* something of the apparatus changed with it, and the kernel too */
	enum pb_apparatus changed; /* if it is unclear: what */
	enum pb_step_state state;
	const char *text; /* what was said; "" none. The said's own */
	const char *when; /* or "" */
};

/* Something of the apparatus changed. */
struct pb_note {
	guint point; /* the first with the new one */
	guint run;
	enum pb_apparatus which;
	char *from, *to;
	double percent; /* what the figure did there: the last value before to the first after */
};

struct pb_moves {
	struct pb_step *steps; /* in order of points */
	guint step_count;
	struct pb_note *notes; /* in order of points */
	guint note_count;
	/* Of timed series: the smallest step that ten runs before and after it would show, in
	 * percent; of counted ones the practical minimum. */
	double detectable_percent;
	/* Pairs of neighbouring runs of one kernel, measured with the same things, and how many of
	 * them differ by what would be worth a verdict: false alarms. */
	guint alike_pairs, alike_alarms;
};

/*
 * Finds what moved in @series. @said: what pb_store_said() gives, or NULL; steps get the state of
 * what was said of them, which a step that has moved by a few runs keeps. The caller clears
 * *ret_moves.
 */
void pb_steps_find(const struct pb_history_series *series, const struct pb_history_runs *runs,
		   const GPtrArray *said, struct pb_moves *ret_moves);
void pb_moves_clear(struct pb_moves *moves);

/* How many points @series needs for a step to be found at all. */
guint pb_steps_least_points(const struct pb_history_series *series);

/*
 * Where a step is, as struct pb_store_said's run: the sha256 of the first run after it, of a drift
 * the branch that it is since. The caller frees it.
 */
char *pb_step_place(const struct pb_history_series *series, const struct pb_history_runs *runs,
		    const struct pb_step *step);

/* Open: of a primary metric, worse, not unclear, and neither justified, fixed nor invalid. */
bool pb_step_is_open(const struct pb_history_series *series, const struct pb_step *step);

/* Whether kernels of this branch ("6.12") are maintained for years. */
bool pb_branch_is_long_term(const char *branch);

#endif
