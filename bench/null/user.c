/*
 * null/user: what the harness itself costs where it measures from user space.
 *
 * Timed: a call through a function pointer that returns at once.
 * Excluded: nothing; no overhead is subtracted here. Where a system call is measured
 * this figure, measured in the same case, is.
 * Path: none
 */
#include <string.h>
#include "bench/core/measure.h"
#include "bench/null/null.h"

static const struct bench_param *const params[] = {NULL};

static int nothing(void *context)
{
	return 0;
}

static int measure(struct bench_ctx *ctx, struct durations *d)
{
	int err;

	d->region = bench_region_in_user_space(ctx, "call", "call");
	d->counting = bench_counting(ctx);
	err = measure_calls(d, bench_is_counted(ctx), NULL_CALLS, nothing, NULL);
	if (err)
		return bench_fail(ctx, err, "a call of nothing failed: %s", strerror(-err));
	bench_region_add(ctx, d->region, d->count, durations_sum(d), 0, d->count);
	null_report(ctx, d);
	return 0;
}

static int run(struct bench_ctx *ctx)
{
	struct durations d;
	int err = durations_init(&d, NULL_CALLS);

	if (err)
		return bench_fail(ctx, -err, "no memory for %d durations", NULL_CALLS);
	err = measure(ctx, &d);
	durations_free(&d);
	return err;
}

const struct bench bench_null_user = {
	.name = "null/user",
	.summary = "What reading the clock twice around a call of nothing costs in user space: the "
		   "floor that is subtracted from what is measured there",
	.path = "none",
	.inside = "a call through a function pointer that returns at once",
	.outside = "nothing",
	.metrics = null_metrics,
	.params = params,
	.run = run,
};
