/*
 * iommu/migrate: what mapping memory for a device costs where its pages sit in a CMA area, which
 * the long-term pin moves them out of first, and where they do not.
 *
 * Timed: VFIO_IOMMU_MAP_DMA or IOMMU_IOAS_MAP of the whole region, in the area; then, when those
 * pages have moved and are unmapped, of the same memory again; and both unmappings. Excluded:
 * getting pages into the area; looking where they lie; the clock. Path: pin_user_pages_remote() or
 * _fast() -> __gup_longterm_locked() -> check_and_migrate_movable_pages(); iommu_map()
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/memory/pool.h"
#include "bench/core/operation.h"
#include "bench/iommu/iommu.h"

enum operations {
	MAP_INSIDE,
	MAP_OUTSIDE,
	UNMAP,
	NR_OPERATIONS
};

static const struct operation_metrics names[] = {
	[MAP_INSIDE] = OPERATION_NAMES("map_inside", "page"),
	[MAP_OUTSIDE] = OPERATION_NAMES("map_outside", "page"),
	[UNMAP] = OPERATION_NAMES("unmap", "page"),
};

/* Where the pages go, and how many of them side by side, differs a little from kernel to kernel. */
#define CHANCE_PERCENT 5

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map_inside", "page", "mapping a page that is in the area", false),
	OPERATION_METRICS("map_outside", "page", "mapping a page that is not", false),
	OPERATION_METRICS("unmap", "page", "unmapping it, after that", true),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "16m",
	.allowed = (const char *const[]){"4k", "2m", "16m", "64m", NULL},
	.help = "size of the region",
};

static const struct bench_param *const params[] = {&iommu_param_api, &param_size, NULL};

struct migrate_case {
	struct iommu_user user;
	struct cma_area area;
	struct cma_pool pool;
	struct operation operations[NR_OPERATIONS];
	size_t pages;
};

static int setup(struct bench_ctx *ctx)
{
	struct migrate_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->pages = bench_param_size_bytes(ctx, "size") / AREA_PAGE_BYTES;
	for (int i = 0; i < NR_OPERATIONS; i++)
		bench_min_effect(ctx, names[i].each, CHANCE_PERCENT);
	err = cma_area_find(ctx, &c->area);
	if (!err)
		err = iommu_user_open(ctx, true, &c->user);
	for (int i = 0; !err && i < NR_OPERATIONS; i++)
		err = operation_init(ctx, &names[i], 1, &c->operations[i]);
	return err;
}

/* Every page is where the metric says that it is. */
static int look(struct bench_ctx *ctx, struct migrate_case *c, const char *fact, size_t inside)
{
	int err = cma_pool_look(ctx, &c->pool);

	if (err)
		return err;
	bench_fact_number(ctx, fact, (double)c->pool.inside_pages);
	if (c->pool.inside_pages == inside)
		return 0;
	return bench_fail(ctx, EPROTO, "%zu of %zu pages lie in the area, not %zu",
			  c->pool.inside_pages, c->pages, inside);
}

static int measure(struct bench_ctx *ctx, struct migrate_case *c, enum operations what,
		   measured_call call)
{
	struct iommu_range range = {
		.user = &c->user,
		.addr = c->pool.addr,
		.bytes = c->pages * AREA_PAGE_BYTES,
		.iova = IOMMU_IOVA,
	};
	int err = operation_call(ctx, &c->operations[what], call, &range, c->pages);

	return err ? bench_fail(ctx, err, "%s: %llu bytes for %s: %s", names[what].each,
				(unsigned long long)range.bytes, c->user.vfio.pci.name,
				strerror(-err))
		   : 0;
}

static int map_inside(struct bench_ctx *ctx, struct migrate_case *c)
{
	struct iommu_account before, mapped;
	struct area_counters from, to;
	int err = iommu_account_read(ctx, &before);

	cma_area_count(&c->area, &from);
	if (!err)
		err = measure(ctx, c, MAP_INSIDE, iommu_call_map);
	cma_area_count(&c->area, &to);
	if (!err)
		err = iommu_account_read(ctx, &mapped);
	if (!err)
		err = look(ctx, c, "inside_pages_after", 0);
	if (err)
		return err;
	iommu_account_tell(ctx, &before, &mapped);
	bench_counter(ctx, "pages_migrated", (double)(to.pages_migrated - from.pages_migrated),
		      "region");
	c->operations[UNMAP].rehearsal = true;
	err = measure(ctx, c, UNMAP, iommu_call_unmap);
	operation_forget(&c->operations[UNMAP]);
	c->operations[UNMAP].rehearsal = false;
	return err ? err : iommu_account_check(ctx, &before);
}

/* The first pin of memory costs more than the next, wherever it lies. */
static int map_outside(struct bench_ctx *ctx, struct migrate_case *c)
{
	int err = 0;

	for (int rehearsal = 1; !err && rehearsal >= 0; rehearsal--) {
		for (int i = MAP_OUTSIDE; i <= UNMAP; i++)
			c->operations[i].rehearsal = rehearsal;
		err = measure(ctx, c, MAP_OUTSIDE, iommu_call_map);
		if (!err)
			err = measure(ctx, c, UNMAP, iommu_call_unmap);
		for (int i = MAP_OUTSIDE; rehearsal && i <= UNMAP; i++)
			operation_forget(&c->operations[i]);
	}
	return err;
}

static int run(struct bench_ctx *ctx)
{
	struct migrate_case *c = bench_state(ctx);
	int err;

	cma_pool_drop(&c->pool);
	err = cma_pool_fill_inside(ctx, &c->area, c->pages, &c->pool);
	if (!err)
		err = look(ctx, c, "inside_pages_before", c->pages);
	if (!err)
		err = map_inside(ctx, c);
	if (!err)
		err = map_outside(ctx, c);
	for (int i = 0; !err && i < NR_OPERATIONS; i++)
		operation_report(ctx, &c->operations[i]);
	return err;
}

static void teardown(struct bench_ctx *ctx)
{
	struct migrate_case *c = bench_state(ctx);

	if (!c)
		return;
	iommu_user_close(&c->user);
	cma_pool_drop(&c->pool);
	for (int i = 0; i < NR_OPERATIONS; i++)
		operation_free(&c->operations[i]);
	free(c);
}

const struct bench bench_iommu_migrate = {
	.name = "iommu/migrate",
	.summary =
		"What mapping a page for a device costs where it sits in a CMA area and must move "
		"out first, and where it does not",
	.path = "VFIO_IOMMU_MAP_DMA or IOMMU_IOAS_MAP -> __gup_longterm_locked() -> "
		"check_and_migrate_movable_pages(); iommu_map()",
	.inside = "mapping the region for reading and writing by one call; unmapping it",
	.outside = "getting the pages into the area, looking where they lie",
	.metrics = metrics,
	.params = params,
	.emulated = &vfio_emulated,
	.machine = "iommu-cma",
	.counted_repetitions = 1,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
