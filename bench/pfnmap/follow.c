/*
 * pfnmap/follow: what it costs to look up the PFNs of a mapping, as VFIO and KVM do where GUP may
 * not.
 *
 * Timed: follow_pfnmap_start() and follow_pfnmap_end(), or follow_pfn() before 6.12, of the whole
 * region.
 * Excluded: the mmap lock, which is held; the mapping; the clock.
 * Path: follow_pfnmap_start() -> the page tables
 */
#include <errno.h>
#include <string.h>
#include "bench/pfnmap/pfnmap.h"

static const struct operation_metrics names = OPERATION_NAMES("follow", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("follow", "page", "looking up the PFNs of a region", false),
	{.name = NULL},
};

static const struct bench_param param_step = {
	.name = "step",
	.fallback = "page",
	.allowed = (const char *const[]){"page", "leaf", NULL},
	.help = "a lookup for each page; or for each page table entry, however large, where the "
		"kernel "
		"tells how much one maps",
};

static const struct bench_param *const params[] = {
	&pfnmap_param_mapping,	 &param_step,		&exported_param_size,
	&exported_param_segment, &pfnmap_param_present, NULL,
};

/* A refusal is an answer, but there is no page to divide it by. */
static int refused(struct bench_ctx *ctx, const struct pinbench_pfnmap_follow *req)
{
	if (req->found)
		return bench_skip(ctx, "the kernel finds PFNs of only %llu of %llu pages",
				  (unsigned long long)req->found,
				  (unsigned long long)req->nr_pages);
	return bench_skip(ctx, "the kernel gives no PFN of such a mapping");
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct pinbench_pfnmap_follow req = {
		.addr = (uintptr_t)c->addr,
		.nr_pages = c->buffer.pages,
		.flags = strcmp(bench_param(ctx, "step"), "leaf") ? 0 : PINBENCH_FOLLOW_LEAVES,
	};
	int err = operation_ioctl(ctx, &c->rounds.operations[0], PINBENCH_IOC_PFNMAP_FOLLOW, &req,
				  &req.samples, 1, c->buffer.pages);

	if (err == -EOPNOTSUPP)
		return bench_skip(ctx, "this kernel does not tell how much an entry maps");
	if (err)
		return bench_fail(ctx, err, "the module cannot look: %s", strerror(-err));
	bench_fact_number(ctx, "lookups", req.lookups);
	return req.found == c->buffer.pages ? 0 : refused(ctx, &req);
}

static int setup(struct bench_ctx *ctx)
{
	struct pfnmap_case *c;
	int err = pfnmap_setup(ctx, &c);

	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names, 1, NULL);
	return err ? err : pfnmap_rehearse(ctx, round_of_calls, 1);
}

const struct bench bench_pfnmap_follow = {
	.name = "pfnmap/follow",
	.summary = "What looking up the PFNs of a mapping costs, by how it is mapped",
	.path = "follow_pfnmap_start(), follow_pfnmap_end(); follow_pfn() before 6.12",
	.inside = "the lookups of the whole region, one after the other",
	.outside = "the mmap lock, which is held; the mapping; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = pfnmap_run,
	.teardown = pfnmap_teardown,
};
