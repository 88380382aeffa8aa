/*
 * tee/register: what registering memory with a TEE costs, and giving it back, by whether the pages
 * lie in a CMA area.
 *
 * Timed: the calls of TEE_IOC_SHM_REGISTER; then the closes of what they gave.
 * Excluded: the memory, and where it lies; what a real TEE would do with it; the clock.
 * Path: tee_ioctl_shm_register() -> register_shm_helper() -> iov_iter_extract_pages() (up to 6.7:
 * pin_user_pages_fast())
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/operation.h"
#include "bench/core/sysfile.h"
#include "bench/core/memory/pool.h"
#include "bench/core/memory/tee_device.h"

static const struct operation_metrics register_names = OPERATION_NAMES("register", "page");
static const struct operation_metrics unregister_names = OPERATION_NAMES("unregister", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("register", "page", "registering a page", false),
	OPERATION_METRICS("unregister", "page", "giving it back", true),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", NULL},
	.help = "size of one buffer",
};

static const struct bench_param param_count = {
	.name = "count",
	.fallback = "8",
	.allowed = (const char *const[]){"1", "8", "64", NULL},
	.help = "how many are registered, one after the other, before the first is given back",
};

static const struct bench_param param_pages = {
	.name = "pages",
	.fallback = "outside",
	.allowed = (const char *const[]){"outside", "inside", NULL},
	.help = "whether they lie in a CMA area: a kernel that pins them for the long term moves "
		"them out first",
};

static const struct bench_param *const params[] = {&param_size, &param_count, &param_pages, NULL};

struct register_case {
	struct cma_area area;
	struct cma_pool pool;
	struct operation enter;
	struct operation leave;
	int tee_fd;
	int *shm_fds;
	size_t registered;
	size_t count;
	size_t pages; /* of one buffer */
};

static bool wants_inside(const struct bench_ctx *ctx)
{
	return !strcmp(bench_param(ctx, "pages"), "inside");
}

static int setup(struct bench_ctx *ctx)
{
	struct register_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->tee_fd = -1;
	c->count = bench_param_size_bytes(ctx, "count");
	c->pages = bench_param_size_bytes(ctx, "size") / AREA_PAGE_BYTES;
	c->shm_fds = calloc(c->count, sizeof(*c->shm_fds));
	if (!c->shm_fds)
		return bench_fail(ctx, ENOMEM, "no memory");
	err = cma_area_find(ctx, &c->area);
	/* Outside of no area lies everything. */
	if (err == BENCH_SKIP && !wants_inside(ctx))
		err = 0;
	if (!err)
		err = operation_init(ctx, &register_names, c->count, &c->enter);
	if (!err)
		err = operation_init(ctx, &unregister_names, c->count, &c->leave);
	return err ? err : tee_device_open(ctx, &c->tee_fd);
}

struct register_call {
	const struct register_case *c;
	void *addr;
	int shm_fd;
};

static int call_register(void *context)
{
	struct register_call *call = context;

	call->shm_fd =
		tee_device_register(call->c->tee_fd, call->addr, call->c->pages * AREA_PAGE_BYTES);
	return call->shm_fd < 0 ? call->shm_fd : 0;
}

static int call_close(void *context)
{
	return close(*(int *)context) ? -errno : 0;
}

static int register_all(struct bench_ctx *ctx, struct register_case *c)
{
	struct register_call call = {.c = c};
	int err = 0;

	while (!err && c->registered < c->count) {
		call.addr = c->pool.addr + c->registered * c->pages * AREA_PAGE_BYTES;
		err = operation_call(ctx, &c->enter, call_register, &call, c->pages);
		if (!err)
			c->shm_fds[c->registered++] = call.shm_fd;
	}
	return err ? bench_fail(ctx, err, "TEE_IOC_SHM_REGISTER: %s", strerror(-err)) : 0;
}

static int unregister_all(struct bench_ctx *ctx, struct register_case *c)
{
	int err = 0;

	for (size_t i = 0; i < c->registered; i++) {
		if (!err)
			err = operation_call(ctx, &c->leave, call_close, &c->shm_fds[i], c->pages);
		else
			close(c->shm_fds[i]);
	}
	c->registered = 0;
	return err ? bench_fail(ctx, err, "closing a buffer: %s", strerror(-err)) : 0;
}

/* While they are registered: where the pages lie now is what a CMA allocation meets. */
static int look(struct bench_ctx *ctx, struct register_case *c)
{
	int err = cma_pool_look(ctx, &c->pool);

	bench_fact_number(ctx, "pages_left_in_area", (double)c->pool.inside_pages);
	return err;
}

static int measure(struct bench_ctx *ctx, struct register_case *c)
{
	uint64_t before = 0, during = 0;
	int err;

	vmstat_read("nr_foll_pin_acquired", &before);
	err = register_all(ctx, c);
	vmstat_read("nr_foll_pin_acquired", &during);
	bench_counter(ctx, "nr_foll_pin_acquired", (double)(during - before), "region");
	if (!err)
		err = look(ctx, c);
	if (unregister_all(ctx, c) && !err)
		err = -EIO;
	return err;
}

static int fill(struct bench_ctx *ctx, struct register_case *c)
{
	size_t pages = c->pages * c->count;

	cma_pool_drop(&c->pool);
	if (!wants_inside(ctx))
		return cma_pool_fill_outside(ctx, &c->area, pages, &c->pool);
	return cma_pool_fill_inside(ctx, &c->area, pages, &c->pool);
}

/* The rehearsal is on memory of its own: registering is what moves pages. */
static int run(struct bench_ctx *ctx)
{
	struct register_case *c = bench_state(ctx);
	int err = fill(ctx, c);

	c->enter.rehearsal = c->leave.rehearsal = true;
	if (!err)
		err = measure(ctx, c);
	operation_forget(&c->enter);
	operation_forget(&c->leave);
	c->enter.rehearsal = c->leave.rehearsal = false;
	if (!err)
		err = fill(ctx, c);
	if (!err)
		err = measure(ctx, c);
	if (err)
		return err;
	operation_report(ctx, &c->enter);
	operation_report(ctx, &c->leave);
	return 0;
}

static void teardown(struct bench_ctx *ctx)
{
	struct register_case *c = bench_state(ctx);

	if (!c)
		return;
	for (size_t i = 0; i < c->registered; i++)
		close(c->shm_fds[i]);
	if (c->tee_fd >= 0)
		close(c->tee_fd);
	cma_pool_drop(&c->pool);
	operation_free(&c->enter);
	operation_free(&c->leave);
	free(c->shm_fds);
	free(c);
}

const struct bench bench_tee_register = {
	.name = "tee/register",
	.summary = "What registering user memory with a TEE costs per page, and giving it back",
	.path = "TEE_IOC_SHM_REGISTER -> register_shm_helper() -> iov_iter_extract_pages(), up to "
		"6.7 pin_user_pages_fast()",
	.inside = "the ioctl; then the close of the file descriptor that it gave",
	.outside = "the memory and where it lies; what a TEE would do (the device is software)",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "cma",
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
