/* What the machine itself lists: /sys/bus/event_source/devices/PMU/events/EVENT. */
#ifndef PINBENCH_COUNTERS_PMU_H
#define PINBENCH_COUNTERS_PMU_H

#include "bench/core/counters/event.h"
#include "bench/core/counters/names.h"

/*
 * "PMU/EVENT/", or with its terms written out, "PMU/event=0x3c,umask=1/". 0; -ENOENT: @name is no
 * such thing, or the PMU has no such event; -ENODEV: this machine has no such PMU.
 */
int pmu_event_find(const char *name, struct counter_event *ret_event);

/* Each event of each PMU, as "PMU/EVENT/". */
void pmu_each(name_taker take, void *context);

#endif
