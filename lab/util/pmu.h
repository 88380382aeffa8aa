/* Whether the processor counts for us: its performance monitoring unit, tried out. */
#ifndef PINBENCH_LAB_UTIL_PMU_H
#define PINBENCH_LAB_UTIL_PMU_H

/*
 * Opens a counter of instructions and lets it count. 0 if it does; -ENODATA if it opens and does
 * not count; else the negative errno of perf_event_open().
 */
int pb_pmu_try(void);

#endif
