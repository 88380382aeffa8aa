/* What was counted of the emulated processor, as sections of a report; part of view.c. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_COUNTERS_H
#define PINBENCH_REPORTS_RENDER_PROFILE_COUNTERS_H

#include "reports/render/view.h"

/* Whether it is one of the processor's: METRIC.EVENT. */
bool pb_counter_of_processor(const struct pb_counter *counter);

/* Fills view->counters, view->processor and view->model from the groups. */
void pb_view_add_counters(struct pb_view *view);

#endif
