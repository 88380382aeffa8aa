/* The gate: what got worse and is open, and how many steps are settled in which way. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_GATE_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_GATE_H

#include <jansson.h>

#include "reports/history/steps.h"

/* Each step of a primary metric is of one of these, and an open one of the first two. */
enum pb_gate_count {
	PB_GATE_NEW,
	PB_GATE_ACKNOWLEDGED,
	PB_GATE_JUSTIFIED,
	PB_GATE_FIXED,
	PB_GATE_INVALID,
	PB_GATE_UNCLEAR, /* and nothing was said of it */
	PB_GATE_BETTER,	 /* the same */
	PB_GATE_COUNT,
};

struct pb_gate {
	guint counts[PB_GATE_COUNT];
	guint open;
	GPtrArray *steps; /* the open ones, as the gate's own kind of entry */
};

void pb_gate_init(struct pb_gate *gate);
void pb_gate_clear(struct pb_gate *gate);

void pb_gate_add(struct pb_gate *gate, const struct pb_history_series *series,
		 const struct pb_history_runs *runs, const struct pb_moves *moves);

/* When all is in, the largest first, and of equal ones the oldest. */
void pb_gate_text(GString *out, struct pb_gate *gate, size_t columns);
/* The caller unrefs it. */
json_t *pb_gate_json(struct pb_gate *gate);

#endif
