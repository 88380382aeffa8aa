/*
 * cma/pin_migrate: what a long-term pin costs per page where the pages sit in a CMA area and must
 * be moved out of it first, and where they do not.
 *
 * Timed: the calls of pin_user_pages_fast() with FOLL_LONGTERM, on pages in the area; then, when
 * those have moved and are unpinned, on the same memory again. Excluded: getting pages into the
 * area; unpinning; the clock. Path: pin_user_pages_fast() -> __gup_longterm_locked() ->
 * check_and_migrate_movable_pages()
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/operation.h"
#include "bench/core/memory/pool.h"

static const struct operation_metrics inside_names = OPERATION_NAMES("pin_inside", "page");
static const struct operation_metrics outside_names = OPERATION_NAMES("pin_outside", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("pin_inside", "page", "a long-term pin of a page in the area", false),
	OPERATION_METRICS("pin_outside", "page", "a long-term pin of a page that is not", false),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "16m",
	.allowed = (const char *const[]){"4k", "2m", "16m", "64m", "128m", NULL},
	.help = "size of the region",
};

static const struct bench_param param_batch = {
	.name = "batch",
	.fallback = "512",
	.allowed = (const char *const[]){"1", "16", "512", "whole", NULL},
	.help = "pages asked for in one call; whole: the region in a single call",
};

static const struct bench_param *const params[] = {&param_size, &param_batch, NULL};

struct migrate_case {
	struct cma_area area;
	struct cma_pool pool;
	struct operation inside;
	struct operation outside;
	uint64_t *durations;
	size_t pages;
	size_t batch;
};

static int setup(struct bench_ctx *ctx)
{
	struct migrate_case *c = calloc(1, sizeof(*c));
	size_t calls;
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->pages = bench_param_size_bytes(ctx, "size") / AREA_PAGE_BYTES;
	c->batch = bench_param_size_bytes(ctx, "batch");
	if (!c->batch || c->batch > c->pages)
		c->batch = c->pages;
	calls = (c->pages + c->batch - 1) / c->batch;
	c->durations = calloc(calls, sizeof(*c->durations));
	if (!c->durations)
		return bench_fail(ctx, ENOMEM, "no memory for %zu durations", calls);
	err = cma_area_find(ctx, &c->area);
	if (!err)
		err = operation_init_in_module(ctx, &inside_names, calls, &c->inside);
	return err ? err : operation_init_in_module(ctx, &outside_names, calls, &c->outside);
}

static int pin(struct bench_ctx *ctx, struct migrate_case *c, struct operation *op)
{
	size_t calls = (c->pages + c->batch - 1) / c->batch;
	struct pinbench_gup_acquire req = {
		.samples = operation_request(ctx, op, c->durations, calls),
		.addr = (uintptr_t)c->pool.addr,
		.nr_pages = c->pages,
		.batch = (uint32_t)c->batch,
		.method = PINBENCH_GUP_PIN_FAST,
		.flags = PINBENCH_GUP_WRITE | PINBENCH_GUP_LONGTERM,
		.memfd = -1,
	};
	int err;

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_GUP_ACQUIRE, &req))
		return bench_fail(ctx, errno, "pin_user_pages_fast() with FOLL_LONGTERM: %s",
				  strerror(errno));
	err = operation_add(op, c->durations, req.samples.count, c->pages);
	return err ? bench_fail(ctx, err, "more calls than pages") : 0;
}

static int unpin(struct bench_ctx *ctx, struct migrate_case *c)
{
	struct durations none = {.values = c->durations, .region = DURATIONS_UNMARKED};
	struct pinbench_gup_release req = {.batch = (uint32_t)c->batch,
					   .method = PINBENCH_GUP_UNPIN};

	none.capacity = (c->pages + c->batch - 1) / c->batch;
	req.samples = durations_request(&none, bench_is_counted(ctx));
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_GUP_RELEASE, &req))
		return bench_fail(ctx, errno, "unpin_user_pages(): %s", strerror(errno));
	return 0;
}

/* Every page is where the metric says that it is. */
static int look(struct bench_ctx *ctx, struct migrate_case *c, size_t inside)
{
	int err = cma_pool_look(ctx, &c->pool);

	if (err || c->pool.inside_pages == inside)
		return err;
	return bench_fail(ctx, EPROTO, "%zu of %zu pages lie in the area, not %zu",
			  c->pool.inside_pages, c->pages, inside);
}

static int pin_inside(struct bench_ctx *ctx, struct migrate_case *c)
{
	struct area_counters before, after;
	int err;

	cma_area_count(&c->area, &before);
	err = pin(ctx, c, &c->inside);
	if (!err)
		err = look(ctx, c, 0);
	if (!err)
		err = unpin(ctx, c);
	if (err)
		return err;
	cma_area_count(&c->area, &after);
	bench_counter(ctx, "pages_migrated", (double)(after.pages_migrated - before.pages_migrated),
		      "region");
	return 0;
}

/* The first pin of memory costs more than the next, wherever it lies. */
static int pin_outside(struct bench_ctx *ctx, struct migrate_case *c)
{
	int err;

	c->outside.rehearsal = true;
	err = pin(ctx, c, &c->outside);
	operation_forget(&c->outside);
	c->outside.rehearsal = false;
	if (!err)
		err = unpin(ctx, c);
	if (!err)
		err = pin(ctx, c, &c->outside);
	return err ? err : unpin(ctx, c);
}

static int run(struct bench_ctx *ctx)
{
	struct migrate_case *c = bench_state(ctx);
	int err;

	cma_pool_drop(&c->pool);
	err = cma_pool_fill_inside(ctx, &c->area, c->pages, &c->pool);
	if (!err)
		err = pin_inside(ctx, c);
	if (!err)
		err = pin_outside(ctx, c);
	if (err)
		return err;
	operation_report(ctx, &c->inside);
	operation_report(ctx, &c->outside);
	return 0;
}

static void teardown(struct bench_ctx *ctx)
{
	struct migrate_case *c = bench_state(ctx);

	if (!c)
		return;
	cma_pool_drop(&c->pool);
	operation_free(&c->inside);
	operation_free(&c->outside);
	free(c->durations);
	free(c);
}

const struct bench bench_cma_pin_migrate = {
	.name = "cma/pin_migrate",
	.summary = "What a long-term pin costs per page that sits in a CMA area and must move out "
		   "first, and per page that does not",
	.path = "pin_user_pages_fast() -> __gup_longterm_locked() -> "
		"check_and_migrate_movable_pages()",
	.inside = "the calls of pin_user_pages_fast() with FOLL_WRITE | FOLL_LONGTERM",
	.outside = "getting the pages into the area, looking where they lie, unpinning",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "cma",
	.counted_repetitions = 1,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
