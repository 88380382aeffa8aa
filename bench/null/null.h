/* What the benchmarks of family null share. */
#ifndef PINBENCH_BENCH_NULL_H
#define PINBENCH_BENCH_NULL_H

#include "bench/core/module.h"

#define NULL_CALLS 1024

/* Of a call of nothing, which is what the harness costs, and its samples out of @durations. */
extern const struct bench_metric null_metrics[];
void null_report(struct bench_ctx *ctx, struct durations *durations);

/*
 * @calls measured calls of nothing, or of a loop of @loops turns; the figure will have @overhead
 * a call subtracted. 0 with *ret_durations to be freed by durations_free(), or what bench_fail()
 * gives.
 */
int null_measure(struct bench_ctx *ctx, uint32_t calls, uint32_t loops, double overhead,
		 struct durations *ret_durations);

#endif
