/*
 * null/ioctl: what a system call costs that does nothing: the floor of everything that is
 * measured from user space.
 *
 * Timed: an ioctl() of /dev/pinbench that the module answers at once, C library included.
 * Excluded: the clock.
 * Path: entry_SYSCALL_64 -> __x64_sys_ioctl() -> pinbench_ioctl()
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/measure.h"
#include "bench/null/null.h"

#define CALLS 256

static const struct bench_metric metrics[] = {
	{.name = "call", .per = "call", .help = "median call"},
	{.name = "call_max", .per = "call", .help = "longest call", .exploratory = true},
	{.name = NULL},
};

static const struct bench_param *const params[] = {NULL};

static int call_nothing(void *context)
{
	return ioctl(*(const int *)context, PINBENCH_IOC_NOTHING) ? -errno : 0;
}

static int measure(struct bench_ctx *ctx, struct durations *d)
{
	int fd = bench_module_fd(ctx);
	double overhead;
	int err = measure_overhead(bench_is_counted(ctx), &overhead);

	if (!err)
		err = measure_calls(d, bench_is_counted(ctx), CALLS, call_nothing, &fd);
	if (err)
		return bench_fail(ctx, err, "the empty ioctl failed: %s", strerror(-err));
	bench_region_add(ctx, d->region, d->count, durations_sum(d), overhead, d->count);
	bench_sample(ctx, "call", durations_quantile(d, 0.5, overhead));
	bench_sample(ctx, "call_max", durations_quantile(d, 1, overhead));
	bench_fact_number(ctx, "user_call_overhead", overhead);
	return 0;
}

static int run(struct bench_ctx *ctx)
{
	struct durations d;
	int err = durations_init(&d, CALLS);

	if (err)
		return bench_fail(ctx, -err, "no memory for %d durations", CALLS);
	d.region = bench_region_in_user_space(ctx, "call", "call");
	err = measure(ctx, &d);
	durations_free(&d);
	return err;
}

const struct bench bench_null_ioctl = {
	.name = "null/ioctl",
	.summary = "What an ioctl that does nothing costs: the floor of what is measured from user "
		   "space",
	.path = "entry_SYSCALL_64 -> __x64_sys_ioctl() -> pinbench_ioctl()",
	.inside = "an ioctl() that the module answers at once, with the C library's part",
	.outside = "the clock's own cost, which is subtracted",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.run = run,
};
