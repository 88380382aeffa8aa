/*
 * The measured region of what is measured from user space: a call between two readings of the
 * clock, markers around them, and the switching on and off of events around those. Every benchmark
 * without the module measures by measure_calls().
 */
#ifndef PINBENCH_BENCH_MEASURE_H
#define PINBENCH_BENCH_MEASURE_H

#include "bench/core/module.h"

/* What one measured call is: 0, or -errno, which ends the measuring. */
typedef int (*measured_call)(void *context);

/*
 * Makes @calls of them, each measured alone, into @d (whose capacity must do). Between calls it
 * waits for a timer tick where that keeps ticks out of the next ones. 0, or the call's error.
 */
int measure_calls(struct durations *d, bool counted, size_t calls, measured_call call,
		  void *context);

/*
 * One of them, behind those that @d has; *last_ns, 0 at first, is when the last wait for a tick
 * ended. 0; -ENOSPC; or the call's error, and then @d has not got it.
 */
int measure_call(struct durations *d, bool counted, uint64_t *last_ns, measured_call call,
		 void *context);

/*
 * What a call of nothing costs so, in the clock's unit: the median of many; and what events count
 * in it, if @counting is not NULL. 0 or -errno.
 */
int measure_overhead(bool counted, struct counting *counting, double *ret_overhead);

#endif
