/* The parts of steps.h; nobody else includes this. */
#ifndef PINBENCH_REPORTS_HISTORY_STEPS_PARTS_H
#define PINBENCH_REPORTS_HISTORY_STEPS_PARTS_H

#include "reports/history/steps.h"

/* A series while it is looked at. */
struct pb_looked {
	const struct pb_history_series *series;
	const struct pb_history_runs *runs;
	const GPtrArray *said; /* or NULL */
	GArray *steps;	       /* struct pb_step */
	GArray *notes;	       /* struct pb_note */
	struct pb_moves *moves;
};

const struct pb_history_run *pb_looked_run(const struct pb_looked *l, guint point);

/* Counted figures: from one kernel to the next. */
void pb_steps_exact(struct pb_looked *l);

/* Timed ones: change points. */
void pb_steps_timed(struct pb_looked *l);

/* The newest kernel against the last one of the branch before it; after the steps. */
void pb_steps_drift(struct pb_looked *l);

/* Fills what follows from levels and points, and appends it. */
void pb_steps_append(struct pb_looked *l, struct pb_step *step);

#endif
