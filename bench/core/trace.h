/*
 * How often the kernel passed a tracepoint: what explains a figure where no counter does. Events
 * cost instructions where they are recorded, so they are counted in a pass that is not measured.
 */
#ifndef PINBENCH_BENCH_TRACE_H
#define PINBENCH_BENCH_TRACE_H

#include <stdint.h>

/*
 * Starts counting @event (SUBSYSTEM/NAME), of all tasks. -ENOENT: this kernel has no
 * such event, or no tracefs; -EBUSY: somebody else is tracing. One at a time.
 */
int trace_count_begin(const char *event);
/* Ends it: how many there were. After a begin that returned 0. 0 or -errno. */
int trace_count_end(const char *event, uint64_t *ret_count);

#endif
