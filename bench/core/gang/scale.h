/*
 * What benchmarks of scaling share: workers that pin and unpin memory of their own, again and
 * again, each on a CPU, threads of one mm or processes with one each; and what becomes of that, by
 * page and in total. A benchmark says what one worker does.
 */
#ifndef PINBENCH_BENCH_GANG_SCALE_H
#define PINBENCH_BENCH_GANG_SCALE_H

#include "bench/core/backing.h"
#include "bench/core/gang/gang.h"

struct scale_spec {
	struct gang_work work; /* a pass pins and unpins the worker's region of "size" once */
};

/* The parameters; behind those of the benchmark, and of backing.h, come threads and mm. */
extern const struct bench_param scale_param_backing;
extern const struct bench_param scale_param_page;
extern const struct bench_param scale_param_size;
extern const struct bench_param scale_param_threads;
extern const struct bench_param scale_param_mm;

extern const struct bench_metric scale_metrics[];

#define SCALE_OUTSIDE                                                                          \
	"starting the workers, mapping and faulting in their memory, and what one does while " \
	"not all are at work; nothing else is subtracted"

/* setup, run and teardown of a struct bench whose data is a struct scale_spec. */
int scale_setup(struct bench_ctx *ctx);
int scale_run(struct bench_ctx *ctx);
void scale_teardown(struct bench_ctx *ctx);

#endif
