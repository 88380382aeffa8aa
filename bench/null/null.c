/* Family null, the shared part. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/null/null.h"

const struct bench_metric null_metrics[] = {
	{.name = "call", .per = "call", .help = "median call of nothing"},
	{.name = "call_max", .per = "call", .help = "longest call", .exploratory = true},
	{.name = NULL},
};

/* Nothing is subtracted: here it is the figure. */
void null_report(struct bench_ctx *ctx, struct durations *durations)
{
	bench_region_keep_overhead(ctx, durations->region);
	bench_sample(ctx, "call", durations_quantile(durations, 0.5, 0));
	bench_sample(ctx, "call_max", durations_quantile(durations, 1, 0));
	bench_fact_number(ctx, "calls", (double)durations->count);
}

int null_measure(struct bench_ctx *ctx, uint32_t calls, uint32_t loops, double overhead,
		 struct durations *ret_durations)
{
	struct pinbench_null req = {.calls = calls, .loops = loops};
	int err = durations_init(ret_durations, calls);

	if (err)
		return bench_fail(ctx, -err, "no memory for %u durations", calls);
	ret_durations->region = bench_region(ctx, "call", "call");
	ret_durations->counting = bench_counting(ctx);
	req.samples = durations_request(ret_durations, bench_is_counted(ctx));
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_NULL, &req)) {
		err = bench_fail(ctx, errno, "the null operation failed: %s", strerror(errno));
		durations_free(ret_durations);
		return err;
	}
	durations_take(ret_durations, &req.samples);
	bench_region_add(ctx, ret_durations->region, ret_durations->count,
			 durations_sum(ret_durations), overhead, ret_durations->count);
	return 0;
}
