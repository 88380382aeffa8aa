/*
 * pfnmap/gup: whether GUP takes a mapping that may have no pages, and what either answer costs.
 *
 * Timed: one call of GUP for the whole region.
 * Excluded: the mapping, giving back, the clock.
 * Path: internal_get_user_pages_fast() -> gup_fast_pte_range(); __get_user_pages() ->
 * follow_page_mask(), check_vma_flags()
 */
#include <errno.h>
#include <string.h>
#include "bench/pfnmap/pfnmap.h"

static const struct operation_metrics names = OPERATION_NAMES("attempt", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("attempt", "call", "asking for all of it, granted or refused", false),
	{.name = NULL},
};

static const struct way {
	const char *name;
	uint32_t method;
	uint32_t flags;
} ways[] = {
	{"pin_fast", PINBENCH_GUP_PIN_FAST, 0},
	{"pin", PINBENCH_GUP_PIN, 0},
	{"get_fast", PINBENCH_GUP_GET_FAST, 0},
	{"get_fast_only", PINBENCH_GUP_GET_FAST_ONLY, 0},
	{"longterm_fast", PINBENCH_GUP_PIN_FAST, PINBENCH_GUP_LONGTERM},
	{"longterm", PINBENCH_GUP_PIN, PINBENCH_GUP_LONGTERM},
};

static const struct bench_param param_way = {
	.name = "way",
	.fallback = "pin_fast",
	.allowed = (const char *const[]){"pin_fast", "pin", "get_fast", "get_fast_only",
					 "longterm_fast", "longterm", NULL},
	.help = "pin_user_pages_fast(), pin_user_pages(), get_user_pages_fast(), "
		"get_user_pages_fast_only(), the first two with FOLL_LONGTERM",
};

static const struct bench_param param_write = {
	.name = "write",
	.fallback = "1",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: for writing (FOLL_WRITE)",
};

static const struct bench_param *const params[] = {
	&pfnmap_param_mapping,
	&param_way,
	&param_write,
	&pfnmap_param_present,
	&exported_param_size,
	&exported_param_segment,
	NULL,
};

static const struct way *way_of(const struct bench_ctx *ctx)
{
	const struct way *way = ways;

	while (strcmp(way->name, bench_param(ctx, "way")))
		way++;
	return way;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	const struct way *way = way_of(ctx);
	struct pinbench_pfnmap_gup req = {
		.addr = (uintptr_t)c->addr,
		.nr_pages = c->buffer.pages,
		.method = way->method,
		.flags = way->flags | (bench_param_bool(ctx, "write") ? PINBENCH_GUP_WRITE : 0),
	};
	int err = operation_ioctl(ctx, &c->rounds.operations[0], PINBENCH_IOC_PFNMAP_GUP, &req,
				  &req.samples, 1, 1);

	if (err)
		return bench_fail(ctx, err, "the module cannot ask: %s", strerror(-err));
	pfnmap_tell(ctx, &(struct pfnmap_answer){.pages = req.got, .error = (int)req.error});
	return 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct pfnmap_case *c;
	int err = pfnmap_setup(ctx, &c);

	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names, PFNMAP_ASKED, NULL);
	return err ? err : pfnmap_rehearse(ctx, round_of_calls, PFNMAP_ASKED);
}

const struct bench bench_pfnmap_gup = {
	.name = "pfnmap/gup",
	.summary = "Whether GUP takes a mapping that was filled in by an exporter, and what the "
		   "answer "
		   "costs",
	.path = "gup_fast() or __get_user_pages() -> follow_page_pte() and check_vma_flags()",
	.inside = "one call of GUP for the whole region, granted or refused",
	.outside = "the mapping, giving pages back, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = pfnmap_run,
	.teardown = pfnmap_teardown,
};
