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
#include "bench/core/operation.h"

#define CALLS 256

static const struct operation_metrics names = OPERATION_NAMES("ioctl", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("ioctl", "call", "an ioctl that does nothing", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {NULL};

static int call_nothing(void *context)
{
	return ioctl(*(const int *)context, PINBENCH_IOC_NOTHING) ? -errno : 0;
}

static int run(struct bench_ctx *ctx)
{
	int fd = bench_module_fd(ctx);
	struct operation op;
	int err = operation_init(ctx, &names, CALLS, &op);

	for (int i = 0; !err && i < CALLS; i++) {
		err = operation_call(ctx, &op, call_nothing, &fd, 1);
		if (err)
			err = bench_fail(ctx, err, "the empty ioctl failed: %s", strerror(-err));
	}
	if (!err)
		operation_report(ctx, &op);
	operation_free(&op);
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
