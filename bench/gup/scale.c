/*
 * gup/scale: how pinning scales with those who pin, in one mm and in one each.
 *
 * Timed: passes of each worker over its own region, by pin_user_pages_fast() and unpin_user_pages()
 * in two ioctls of an open file of its own. The ioctls count whole, with the module's array of
 * pages: a worker's time is all that it needs, also what it waits for.
 * Excluded: the workers' start, their memory, what one does while not all are at work.
 * Path: pin_user_pages_fast() -> gup_fast_fallback(), without a lock where the fast path does;
 * unpin_user_pages()
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "pinbench/uapi.h"
#include "bench/core/gang/scale.h"
#include "bench/core/module.h"

#define PAGE_BYTES 4096ul

static const struct bench_param param_batch = {
	.name = "batch",
	.fallback = "512",
	.allowed = (const char *const[]){"1", "16", "512", NULL},
	.help = "pages asked for in one call",
};

static const struct bench_param *const params[] = {
	&scale_param_backing, &scale_param_page, &param_batch, &scale_param_size,
	&scale_param_threads, &scale_param_mm,	 NULL,
};

struct own {
	bool is_open;
	int fd;
	struct backing memory;
	struct durations durations;
	unsigned int batch;
};

static int begin(struct bench_ctx *ctx, void *data)
{
	struct own *own = data;
	char why[256];
	int err;

	own->memory.fd = -1;
	own->batch = (unsigned int)bench_param_size_bytes(ctx, "batch");
	own->fd = module_open(why, sizeof(why));
	if (own->fd < 0)
		return bench_fail(ctx, own->fd, "%s", why);
	own->is_open = true;
	err = backing_prepare(ctx, &own->memory);
	if (err)
		return err;
	err = durations_init(&own->durations, own->memory.bytes / PAGE_BYTES);
	return err ? bench_fail(ctx, err, "no memory for the durations of a pass") : 0;
}

static int pass(void *data)
{
	struct own *own = data;
	uint64_t pages = own->memory.bytes / PAGE_BYTES;
	struct pinbench_gup_acquire acquire = {
		.samples = durations_request(&own->durations, false),
		.addr = (uintptr_t)own->memory.addr,
		.nr_pages = pages,
		.batch = own->batch,
		.method = PINBENCH_GUP_PIN_FAST,
		.flags = PINBENCH_GUP_WRITE,
		.memfd = -1,
	};
	struct pinbench_gup_release release = {
		.samples = durations_request(&own->durations, false),
		.batch = own->batch,
		.method = PINBENCH_GUP_UNPIN,
	};

	if (ioctl(own->fd, PINBENCH_IOC_GUP_ACQUIRE, &acquire) ||
	    ioctl(own->fd, PINBENCH_IOC_GUP_RELEASE, &release))
		return -errno;
	return acquire.pages == pages && release.pages == pages ? 0 : -ENODATA;
}

static void end(void *data)
{
	struct own *own = data;

	if (own->is_open)
		close(own->fd);
	backing_drop(&own->memory);
	durations_free(&own->durations);
}

static const struct scale_spec spec = {
	.work = {.own_bytes = sizeof(struct own), .begin = begin, .pass = pass, .end = end},
};

const struct bench bench_gup_scale = {
	.name = "gup/scale",
	.summary =
		"How pin_user_pages_fast() scales with workers that pin at the same time, in one "
		"mm and in one each",
	.path = "pin_user_pages_fast() -> gup_fast_fallback(); unpin_user_pages()",
	.inside = "each worker's passes over its own region, pinned and unpinned by two ioctls of "
		  "the module, while all of them are at work",
	.outside = SCALE_OUTSIDE,
	.metrics = scale_metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "smp",
	.timed_only = true,
	.setup = scale_setup,
	.run = scale_run,
	.teardown = scale_teardown,
	.data = &spec,
};
