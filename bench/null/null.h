/* What the benchmarks of family null share. */
#ifndef PINBENCH_BENCH_NULL_H
#define PINBENCH_BENCH_NULL_H

#include "bench/core/module.h"

/*
 * @calls measured calls of nothing, or of a loop of @loops turns; the figure will have @overhead
 * a call subtracted. 0 with *ret_durations to be freed by durations_free(), or what bench_fail()
 * gives.
 */
int null_measure(struct bench_ctx *ctx, uint32_t calls, uint32_t loops, double overhead,
		 struct durations *ret_durations);

#endif
