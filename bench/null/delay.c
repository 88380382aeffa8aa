/*
 * null/delay: a known number of instructions, to show that they are seen.
 *
 * Timed: a call that goes round a loop of two instructions.
 * Excluded: the clock.
 * Path: none
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/module.h"

#define CALLS	       64
#define INSNS_PER_LOOP 2

static const struct bench_metric metrics[] = {
	{.name = "call", .per = "call", .help = "median call"},
	{.name = NULL},
};

static const struct bench_param param_loops = {
	.name = "loops",
	.fallback = "500",
	.allowed = (const char *const[]){"500", "1000", NULL},
	.help = "turns of a loop of two instructions",
};

static const struct bench_param *const params[] = {&param_loops, NULL};

static int run(struct bench_ctx *ctx)
{
	struct pinbench_null req = {
		.calls = CALLS,
		.loops = (uint32_t)bench_param_size_bytes(ctx, "loops"),
	};
	struct durations d;
	int err = durations_init(&d, CALLS);

	if (err)
		return bench_fail(ctx, err, "no memory");
	req.samples = durations_request(&d, bench_is_counted(ctx));
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_NULL, &req)) {
		err = bench_fail(ctx, errno, "the delay failed: %s", strerror(errno));
	} else {
		durations_take(&d, &req.samples);
		bench_sample(ctx, "call", durations_quantile(&d, 0.5, bench_call_overhead(ctx)));
		bench_fact_number(ctx, "known_insns", (double)req.loops * INSNS_PER_LOOP);
	}
	durations_free(&d);
	return err;
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
