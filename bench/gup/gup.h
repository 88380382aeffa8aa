/*
 * What the benchmarks of family gup share: acquire the pages of a backing by one
 * method, release them by another, both measured. A benchmark names the two.
 */
#ifndef PINBENCH_GUP_H
#define PINBENCH_GUP_H

#include "pinbench/bench.h"
#include "pinbench/uapi.h"
#include "bench/core/backing.h"
#include "bench/core/module.h"

/* Names of the metrics of one side; NULL: not reported. */
struct gup_metrics {
	const char *per_page;
	const char *call_p50;
	const char *call_p99;
	const char *call_max;
	const char *bandwidth;
};

struct gup_spec {
	const char *acquire_function; /* the kernel's names, for reasons */
	const char *release_function;
	enum pinbench_gup_acquire_method acquire;
	enum pinbench_gup_release_method release;
	const struct gup_metrics *acquire_metrics;
	const struct gup_metrics *release_metrics;
};

extern const struct gup_metrics gup_metrics_get;
extern const struct gup_metrics gup_metrics_pin;
extern const struct gup_metrics gup_metrics_put;
extern const struct gup_metrics gup_metrics_unpin;

/* Metric lists: the first is the primary one of the benchmark. */
extern const struct bench_metric gup_get_then_put[];
extern const struct bench_metric gup_pin_then_unpin[];
extern const struct bench_metric gup_put_alone[];
extern const struct bench_metric gup_unpin_alone[];

/* Parameter lists: with longterm for pins, without for references. */
extern const struct bench_param *const gup_params_pin[];
extern const struct bench_param *const gup_params_get[];
extern const struct bench_param *const gup_params_memfd[];

#define GUP_OUTSIDE                                                                             \
	"mapping and faulting in the memory, taking mmap_lock, finding out which pages belong " \
	"to a call, copying durations out, and the clock's own cost, which is subtracted"

int gup_setup(struct bench_ctx *ctx);
int gup_run(struct bench_ctx *ctx);
void gup_teardown(struct bench_ctx *ctx);

/* Acquire and release once on a given backing; the reference benchmark uses them too. */
struct gup_pass {
	struct durations acquire;
	struct durations release;
	uint64_t pages;
	uint64_t folios;
	uint64_t slow_calls;
};
int gup_pass_init(struct bench_ctx *ctx, struct gup_pass *ret_pass);
void gup_pass_free(struct gup_pass *pass);
/* flags: PINBENCH_GUP_COUNT_SLOW or 0. Returns as bench_fail() and bench_skip() do. */
int gup_pass_run(struct bench_ctx *ctx, const struct gup_spec *spec, const struct backing *b,
		 unsigned int flags, struct gup_pass *pass);

#endif
