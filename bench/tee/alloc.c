/*
 * tee/alloc: what a buffer of shared memory costs that a TEE's pool gives, and its release.
 *
 * Timed: TEE_IOC_SHM_ALLOC; then the close of what it gave.
 * Excluded: what a real TEE's pool would do: the device's is alloc_pages_exact(); the clock.
 * Path: tee_ioctl_shm_alloc() -> shm_alloc_helper() -> the pool
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/operation.h"
#include "bench/core/memory/tee_device.h"

#define BUFFERS	   16
#define PAGE_BYTES 4096

static const struct operation_metrics alloc_names = OPERATION_NAMES("alloc", "page");
static const struct operation_metrics free_names = OPERATION_NAMES("free", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("alloc", "page", "allocating a page", false),
	OPERATION_METRICS("free", "page", "giving it back", true),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "64k",
	.allowed = (const char *const[]){"4k", "64k", "1m", "4m", NULL},
	.help = "size of one buffer; sixteen are held",
};

static const struct bench_param *const params[] = {&param_size, NULL};

struct alloc_case {
	struct operation alloc;
	struct operation release;
	size_t bytes;
	int tee_fd;
	int fds[BUFFERS];
	size_t held;
};

static int setup(struct bench_ctx *ctx)
{
	struct alloc_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->tee_fd = -1;
	c->bytes = bench_param_size_bytes(ctx, "size");
	err = operation_init(ctx, &alloc_names, BUFFERS, &c->alloc);
	if (!err)
		err = operation_init(ctx, &free_names, BUFFERS, &c->release);
	return err ? err : tee_device_open(ctx, &c->tee_fd);
}

static int call_alloc(void *context)
{
	struct alloc_case *c = context;
	int fd = tee_device_alloc(c->tee_fd, c->bytes);

	c->fds[c->held] = fd;
	return fd < 0 ? fd : 0;
}

static int call_close(void *context)
{
	return close(*(int *)context) ? -errno : 0;
}

static int pass(struct bench_ctx *ctx, struct alloc_case *c)
{
	size_t pages = c->bytes / PAGE_BYTES;
	int err = 0;

	while (!err && c->held < BUFFERS) {
		err = operation_call(ctx, &c->alloc, call_alloc, c, pages);
		if (!err)
			c->held++;
	}
	if (err)
		return bench_fail(ctx, err, "TEE_IOC_SHM_ALLOC: %s", strerror(-err));
	while (!err && c->held)
		err = operation_call(ctx, &c->release, call_close, &c->fds[--c->held], pages);
	return err ? bench_fail(ctx, err, "closing a buffer: %s", strerror(-err)) : 0;
}

static int run(struct bench_ctx *ctx)
{
	struct alloc_case *c = bench_state(ctx);
	int err;

	c->alloc.rehearsal = c->release.rehearsal = true;
	err = pass(ctx, c);
	operation_forget(&c->alloc);
	operation_forget(&c->release);
	c->alloc.rehearsal = c->release.rehearsal = false;
	if (!err)
		err = pass(ctx, c);
	if (err)
		return err;
	operation_report(ctx, &c->alloc);
	operation_report(ctx, &c->release);
	return 0;
}

static void teardown(struct bench_ctx *ctx)
{
	struct alloc_case *c = bench_state(ctx);

	if (!c)
		return;
	while (c->held)
		close(c->fds[--c->held]);
	if (c->tee_fd >= 0)
		close(c->tee_fd);
	operation_free(&c->alloc);
	operation_free(&c->release);
	free(c);
}

const struct bench bench_tee_alloc = {
	.name = "tee/alloc",
	.summary = "What a shared buffer from a TEE's pool costs per page, and its release",
	.path = "TEE_IOC_SHM_ALLOC -> shm_alloc_helper() -> the pool's alloc",
	.inside = "the ioctl; then the close of the file descriptor that it gave",
	.outside = "what a TEE would do (the device is software, its pool alloc_pages_exact())",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
