/*
 * null/empty: what the harness itself costs.
 *
 * Timed: a call through a function pointer that returns at once.
 * Excluded: nothing; no overhead is subtracted here. In every other case this
 * figure, measured in the same boot, is.
 * Path: none
 */
#include "bench/null/null.h"

#define CALLS 1024

static const struct bench_metric metrics[] = {
	{.name = "call", .per = "call", .help = "median call of nothing"},
	{.name = "call_max", .per = "call", .help = "longest call", .exploratory = true},
	{.name = NULL},
};

static const struct bench_param *const params[] = {NULL};

static int run(struct bench_ctx *ctx)
{
	struct durations d;
	int err = null_measure(ctx, CALLS, 0, 0, &d);

	if (err)
		return err;
	bench_region_keep_overhead(ctx, d.region);
	bench_sample(ctx, "call", durations_quantile(&d, 0.5, 0));
	bench_sample(ctx, "call_max", durations_quantile(&d, 1, 0));
	bench_fact_number(ctx, "calls", (double)d.count);
	durations_free(&d);
	return 0;
}

const struct bench bench_null_empty = {
	.name = "null/empty",
	.summary = "What reading the clock twice around a call of nothing costs: the floor that "
		   "every other figure has had subtracted",
	.path = "none",
	.inside = "a call through a function pointer that returns at once",
	.outside = "nothing",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.run = run,
};
