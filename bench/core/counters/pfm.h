/* What libpfm4 knows of events. In a room of its own: its header has a perf_event.h of its own. */
#ifndef PINBENCH_COUNTERS_PFM_H
#define PINBENCH_COUNTERS_PFM_H

#include "bench/core/counters/event.h"
#include "bench/core/counters/names.h"

/*
 * 0; -ENOENT: it does not know the name; -ENODEV: it does, of another processor than this one,
 * whose name is then in ret_pmu.
 */
int pfm_event_find(const char *name, struct counter_event *ret_event, char *ret_pmu,
		   size_t pmu_bytes);

/* Each event, with its masks ("EVENT:MASK"), of the processors here; or of all, without masks. */
void pfm_each(bool everywhere, name_taker take, void *context);

#endif
