/*
 * cma/alloc: what an allocation from a CMA area costs, and whether it succeeds at all, by what
 * stands in its way.
 *
 * Timed: the allocations, then the release of those that succeeded.
 * Excluded: arranging who has pages in the area; the clock.
 * Path: cma_alloc() -> alloc_contig_range() -> __alloc_contig_migrate_range(); clearing the pages
 * for a DMA heap
 */
#include <stdlib.h>
#include <string.h>
#include "bench/cma/buffers.h"
#include "bench/core/trace.h"

#define RETRY_EVENT "cma/cma_alloc_busy_retry"
/*
 * Some of many small buffers want a page for a slab. With it the processor's list of free pages is
 * filled, which the next allocation empties: as much as ten others, and whether it is four times
 * or five is chance. Seen: 8 %.
 */
#define SMALLEST_BYTES		    (64ul << 10)
#define SMALLEST_MIN_EFFECT_PERCENT 10

static const struct bench_metric metrics[] = {
	/* How many pages lie before the first that is in the way is another number on each kernel.
	 */
	{.name = "alloc",
	 .per = "call",
	 .help = "an allocation, granted or refused",
	 .min_effect_percent = 1},
	OPERATION_CALL_METRICS("alloc"),
	{.name = "success",
	 .unit = "%",
	 .help = "allocations that were granted",
	 .higher_is_better = true},
	{.name = "granted",
	 .per = "call",
	 .help = "an allocation that was granted",
	 .exploratory = true},
	{.name = "refused",
	 .per = "call",
	 .help = "an allocation that was refused",
	 .exploratory = true},
	OPERATION_METRICS("free", "call", "the release of an allocation", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&buffers_param_via,    &buffers_param_size,    &occupant_param_occupant,
	&occupant_param_share, &occupant_param_layout, NULL,
};

struct alloc_case {
	struct cma_area area;
	struct buffers buffers;
	struct occupant occupant;
	uint64_t used_pages; /* of the area, before anything */
	bool explored;
};

/* From an area that nobody has let go of, the next figure would be of another area. */
static int check_given_back(struct bench_ctx *ctx, struct alloc_case *c)
{
	uint64_t used = 0;

	cma_area_used(&c->area, &used);
	if (used == c->used_pages)
		return 0;
	return bench_fail(ctx, EPROTO, "%llu pages of the area are still allocated",
			  (unsigned long long)(used - c->used_pages));
}

static int alloc_counting_retries(struct bench_ctx *ctx, struct alloc_case *c)
{
	bool traces = !trace_count_begin(RETRY_EVENT);
	uint64_t retries = 0;
	int err = buffers_alloc(ctx, &c->area, &c->buffers);

	if (traces && !trace_count_end(RETRY_EVENT, &retries))
		bench_fact_number(ctx, "retries", (double)retries);
	else
		bench_fact_null(ctx, "retries");
	return err;
}

/* Whether it was the holder that was in the way. */
static int alloc_after_release(struct bench_ctx *ctx, struct alloc_case *c)
{
	int err = occupant_let_go(ctx, &c->occupant);

	if (!err)
		err = buffers_alloc(ctx, &c->area, &c->buffers);
	if (err)
		return err;
	bench_fact_number(ctx, "success_after_release", buffers_success_percent(&c->buffers));
	return buffers_free(ctx, &c->buffers);
}

/* An allocation that moved pages away, or dropped them, has changed what the next one meets. */
static int move_in_again(struct bench_ctx *ctx, struct alloc_case *c)
{
	int in_place = occupant_is_in_place(ctx, &c->occupant);

	if (in_place)
		return in_place < 0 ? in_place : 0;
	occupant_leave(ctx, &c->occupant);
	return occupant_move_in(ctx, &c->area, c->buffers.bytes, &c->occupant);
}

/* What is not measured: what the allocation meets, and that it is over afterwards. */
static int explore(struct bench_ctx *ctx, struct alloc_case *c)
{
	int err = move_in_again(ctx, c);

	buffers_rehearse(&c->buffers, true);
	if (!err)
		err = alloc_counting_retries(ctx, c);
	if (!err)
		err = buffers_free(ctx, &c->buffers);
	if (!err && occupant_holds(&c->occupant))
		err = alloc_after_release(ctx, c);
	buffers_rehearse(&c->buffers, false);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct alloc_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	err = cma_area_find(ctx, &c->area);
	if (bench_param_size_bytes(ctx, "size") == SMALLEST_BYTES)
		bench_min_effect(ctx, "alloc", SMALLEST_MIN_EFFECT_PERCENT);
	if (!err)
		err = occupant_check(ctx, &c->area);
	if (!err)
		err = buffers_init(ctx, &c->area, &c->buffers);
	if (!err)
		cma_area_used(&c->area, &c->used_pages);
	return err;
}

/*
 * What the first of several meets is chance: how much the processors keep in lists of free pages of
 * their own, which an allocation takes back, and how full the slabs of its objects are, a new page
 * of which fills those lists.
 */
static int warm_up(struct bench_ctx *ctx, struct alloc_case *c)
{
	int err = buffers_warm_up(ctx, &c->area, &c->buffers);

	return err ? err : move_in_again(ctx, c);
}

static int measure(struct bench_ctx *ctx, struct alloc_case *c)
{
	int err = occupant_move_in(ctx, &c->area, c->buffers.bytes, &c->occupant);

	if (!err)
		err = occupant_check_room(ctx, &c->area, &c->occupant, c->buffers.bytes);
	if (!err)
		err = warm_up(ctx, c);
	if (!err)
		err = buffers_alloc(ctx, &c->area, &c->buffers);
	if (err)
		return err;
	buffers_count(ctx, &c->buffers);
	buffers_report(ctx, &c->buffers);
	err = buffers_free(ctx, &c->buffers);
	if (!err)
		operation_report(ctx, &c->buffers.free);
	return err;
}

/* The first allocation is measured on the machine as it is; looking closer comes behind it. */
static int run(struct bench_ctx *ctx)
{
	struct alloc_case *c = bench_state(ctx);
	int err = measure(ctx, c);

	if (!err && !c->explored)
		err = explore(ctx, c);
	c->explored = true;
	occupant_leave(ctx, &c->occupant);
	return err ? err : check_given_back(ctx, c);
}

static void teardown(struct bench_ctx *ctx)
{
	struct alloc_case *c = bench_state(ctx);

	if (!c)
		return;
	occupant_leave(ctx, &c->occupant);
	buffers_drop(&c->buffers);
	free(c);
}

const struct bench bench_cma_alloc = {
	.name = "cma/alloc",
	.summary = "What an allocation from a CMA area costs, and whether it succeeds, by who has "
		   "pages in the area",
	.path = "cma_alloc() -> alloc_contig_range() -> __alloc_contig_migrate_range()",
	.inside = "DMA_HEAP_IOCTL_ALLOC, or dma_alloc_attrs() in the module; then the release of "
		  "what was granted",
	.outside = "filling the area, pinning what lies there, looking where it lies",
	.metrics = metrics,
	.params = params,
	.machine = "cma",
	.counted_repetitions = 1,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
