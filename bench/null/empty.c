/*
 * null/empty: what the harness itself costs.
 *
 * Timed: a call through a function pointer that returns at once.
 * Excluded: nothing; no overhead is subtracted here. In every other case this
 * figure, measured in the same boot, is.
 * Path: none
 */
#include "bench/null/null.h"

static const struct bench_param *const params[] = {NULL};

static int run(struct bench_ctx *ctx)
{
	struct durations d;
	int err = null_measure(ctx, NULL_CALLS, 0, 0, &d);

	if (err)
		return err;
	null_report(ctx, &d);
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
	.metrics = null_metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.run = run,
};
