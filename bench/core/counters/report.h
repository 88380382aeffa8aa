/* What was counted, as counters and facts of a case. */
#ifndef PINBENCH_COUNTERS_REPORT_H
#define PINBENCH_COUNTERS_REPORT_H

#include "pinbench/bench.h"

/*
 * Once, when all is measured: a counter METRIC.EVENT for each region and event, for one operation,
 * without what the same number of empty calls counted; and facts that say how much of the time it
 * was counted, what an empty call counts, and what was left out and why.
 */
void counters_report(struct bench_ctx *ctx);

#endif
