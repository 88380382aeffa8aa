/*
 * null/delay: a known number of instructions, to show that they are seen.
 *
 * Timed: a call that goes round a loop of two instructions.
 * Excluded: the clock.
 * Path: none
 */
#include "bench/null/null.h"

#define CALLS	       64
#define INSNS_PER_LOOP 2

static const struct bench_metric metrics[] = {
	{.name = "call", .per = "call", .help = "median call"},
	{.name = NULL},
};

static const struct bench_param param_loops = {
	.name = "loops",
	.fallback = "500",
	.allowed = (const char *const[]){"500", "1000", "10000", NULL},
	.help = "turns of a loop of two instructions",
};

static const struct bench_param *const params[] = {&param_loops, NULL};

static int run(struct bench_ctx *ctx)
{
	uint32_t loops = (uint32_t)bench_param_size_bytes(ctx, "loops");
	struct durations d;
	int err = null_measure(ctx, CALLS, loops, bench_call_overhead(ctx), &d);

	if (err)
		return err;
	bench_sample(ctx, "call", durations_quantile(&d, 0.5, bench_call_overhead(ctx)));
	bench_fact_number(ctx, "known_insns", (double)loops * INSNS_PER_LOOP);
	durations_free(&d);
	return 0;
}

const struct bench bench_null_delay = {
	.name = "null/delay",
	.summary = "A known number of instructions: what a comparison must see of them",
	.path = "none",
	.inside = "a call that goes round a loop of two instructions",
	.outside = "nothing",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.run = run,
};
