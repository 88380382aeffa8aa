/*
 * notifier/migrate: what subscribers to an address space cost the kernel when it moves pages of it.
 * Pages that sit in a CMA area have to leave it when they are pinned for long.
 *
 * Timed: one pin_user_pages_fast() with FOLL_LONGTERM of the region, which lies in the area; then,
 * when it has left and is unpinned, one more, which moves nothing.
 * Excluded: getting the pages into the area, subscribing, unpinning, the clock.
 * Path: migrate_pages() -> try_to_migrate_one() -> mmu_notifier_invalidate_range_start()
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/memory/pool.h"
#include "bench/notifier/notifier.h"

enum operations {
	MIGRATE,
	PIN,
};

static const struct operation_metrics names_migrate = OPERATION_NAMES("migrate", "page");
static const struct operation_metrics names_pin = OPERATION_NAMES("pin", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("migrate", "page", "a pin that moves the page out of the area", false),
	OPERATION_METRICS("pin", "page", "a pin of it where it is then", true),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", NULL},
	.help = "of the region, whose pages are of 4 KiB",
};

static const struct bench_param *const params[] = {
	&notifier_param_mapped_kind,
	&notifier_param_subscribers,
	&notifier_param_where,
	&param_size,
	NULL,
};

static int pin(struct bench_ctx *ctx, const struct cma_pool *pool, struct operation *op)
{
	struct pinbench_gup_acquire req = {
		.addr = (uintptr_t)pool->addr,
		.nr_pages = pool->filled_pages,
		.batch = (uint32_t)pool->filled_pages,
		.method = PINBENCH_GUP_PIN_FAST,
		.flags = PINBENCH_GUP_WRITE | PINBENCH_GUP_LONGTERM,
		.memfd = -1,
	};
	int err = operation_ioctl(ctx, op, PINBENCH_IOC_GUP_ACQUIRE, &req, &req.samples, 1,
				  pool->filled_pages);

	return err ? bench_fail(ctx, err, "a long-term pin: %s", strerror(-err)) : 0;
}

static int unpin(struct bench_ctx *ctx, const struct cma_pool *pool)
{
	struct pinbench_gup_release req = {.batch = (uint32_t)pool->filled_pages,
					   .method = PINBENCH_GUP_UNPIN};
	uint64_t duration;
	int err = notifier_ask(bench_module_fd(ctx), PINBENCH_IOC_GUP_RELEASE, &req, &req.samples,
			       &duration, 1);

	return err ? bench_fail(ctx, err, "unpin_user_pages(): %s", strerror(-err)) : 0;
}

/* One pin; and by @fact how often subscribers were told meanwhile. */
static int pin_telling(struct bench_ctx *ctx, const struct cma_pool *pool, struct operation *op,
		       const char *fact)
{
	struct pinbench_notifier before = {0}, after = {0};
	int err = notifier_count(ctx, &before);

	if (!err)
		err = pin(ctx, pool, op);
	if (!err)
		err = unpin(ctx, pool);
	if (!err)
		err = notifier_count(ctx, &after);
	if (!err)
		bench_fact_number(ctx, fact, (double)(after.told - before.told));
	return err;
}

/* Every page has left the area, by having been migrated. */
static int check_left(struct bench_ctx *ctx, struct cma_pool *pool,
		      const struct area_counters *before)
{
	struct area_counters after;
	int err = cma_pool_look(ctx, pool);

	if (err)
		return err;
	cma_area_count(pool->area, &after);
	bench_counter(ctx, "pages_migrated",
		      (double)(after.pages_migrated - before->pages_migrated), "region");
	if (pool->inside_pages)
		return bench_fail(ctx, EPROTO, "%zu of %zu pages still lie in the area",
				  pool->inside_pages, pool->filled_pages);
	if (after.pages_migrated - before->pages_migrated < pool->filled_pages)
		return bench_fail(
			ctx, EPROTO, "%llu of %zu pages were migrated",
			(unsigned long long)(after.pages_migrated - before->pages_migrated),
			pool->filled_pages);
	return 0;
}

/* The first pin of memory costs more than the next, wherever it lies. */
static int pin_outside(struct bench_ctx *ctx, const struct cma_pool *pool, struct operation *op)
{
	int err;

	op->rehearsal = true;
	err = pin_telling(ctx, pool, op, "told_of_pin");
	operation_forget(op);
	op->rehearsal = false;
	return err ? err : pin_telling(ctx, pool, op, "told_of_pin");
}

static int migrate(struct bench_ctx *ctx, struct cma_pool *pool)
{
	struct notifier_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	struct area_counters before = {0};
	int err = notifier_subscribe(ctx, NULL, notifier_is_here(ctx) ? pool->addr : c->elsewhere);

	cma_area_count(pool->area, &before);
	if (!err)
		err = pin_telling(ctx, pool, &operations[MIGRATE], "told");
	if (!err)
		err = check_left(ctx, pool, &before);
	if (!err)
		err = pin_outside(ctx, pool, &operations[PIN]);
	return err ? err : notifier_unsubscribe(ctx, NULL);
}

static int setup(struct bench_ctx *ctx)
{
	size_t bytes = bench_param_size_bytes(ctx, "size"), pages = bytes / AREA_PAGE_BYTES;
	struct notifier_case *c;
	int err = notifier_setup(ctx, &c);

	if (!err)
		err = notifier_check_where(ctx);
	if (!err)
		err = notifier_reserve(ctx, bytes);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_migrate, 1, NULL);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_pin, 1, NULL);
	if (!err)
		bench_fact_number(ctx, "pages", (double)pages);
	return err;
}

/* Each time with other pages: those that left the area stay out. */
static int run(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct cma_pool pool = {0};
	struct cma_area area;
	int err = cma_area_find(ctx, &area);

	if (!err)
		err = cma_pool_fill_inside(ctx, &area, c->bytes / AREA_PAGE_BYTES, &pool);
	if (!err)
		err = migrate(ctx, &pool);
	cma_pool_drop(&pool);
	if (!err)
		rounds_report(ctx, &c->rounds);
	return err;
}

const struct bench bench_notifier_migrate = {
	.name = "notifier/migrate",
	.summary = "What subscribers to an address space cost the kernel when it moves its pages",
	.path = "pin_user_pages_fast() -> migrate_pages() -> try_to_migrate_one() -> "
		"mmu_notifier_invalidate_range_start() -> each subscriber",
	.inside = "one call of pin_user_pages_fast() with FOLL_WRITE | FOLL_LONGTERM",
	.outside = "getting the pages into the CMA area, looking where they lie, unpinning",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "cma",
	.counted_repetitions = 1,
	.setup = setup,
	.run = run,
	.teardown = notifier_teardown,
};
