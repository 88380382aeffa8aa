/*
 * p2p/alloc: what it costs a driver to get memory of a device, and to give it back.
 *
 * Timed: pci_alloc_p2pmem() and pci_free_p2pmem(), or their like with a scatterlist.
 * Excluded: what is allocated before, the clock.
 * Path: pci_alloc_p2pmem() -> gen_pool_alloc_owner(): the first gap in a bitmap, from its
 * beginning; pci_free_p2pmem() -> gen_pool_free_owner()
 */
#include <errno.h>
#include <stdlib.h>
#include "bench/p2p/p2p.h"

#define CALLS 16

enum operations {
	ALLOC,
	FREE,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("alloc", "call"),
	OPERATION_NAMES("free", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("alloc", "call", "allocating", false),
	OPERATION_METRICS("free", "call", "giving back", false),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "64k",
	.allowed = (const char *const[]){"4k", "64k", "2m", NULL},
	.help = "of one allocation",
};

static const struct bench_param param_held = {
	.name = "held",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "1024", "8192", NULL},
	.help = "pages that are allocated already, and lie before what is free",
};

static const struct bench_param param_table = {
	.name = "table",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: with a scatterlist of it (pci_p2pmem_alloc_sgl())",
};

static const struct bench_param *const params[] = {
	&param_size, &param_held, &param_table, &p2p_param_topology, NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct pinbench_p2p_alloc req = {
		.bytes = bench_param_size_bytes(ctx, "size"),
		.provider = c->provider.address,
		.calls = CALLS,
		.held = (uint32_t)atoi(bench_param(ctx, "held")),
		.flags = bench_param_bool(ctx, "table") ? PINBENCH_P2P_SGL : 0,
	};
	const struct operation_share shares[] = {
		{&c->rounds.operations[ALLOC], &req.alloc},
		{&c->rounds.operations[FREE], &req.free},
	};
	int err = operation_ioctl_shared(ctx, PINBENCH_IOC_P2P_ALLOC, &req, shares, CALLS, 1);

	return err ? p2p_fail(ctx, "allocating", err) : 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = p2p_setup(ctx, &c);

	for (int i = ALLOC; !err && i <= FREE; i++)
		err = rounds_add_in_module(ctx, &c->rounds, &names[i], CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_p2p_alloc = {
	.name = "p2p/alloc",
	.summary = "What it costs a driver to get memory of a device, and to give it back",
	.path = "pci_alloc_p2pmem() -> gen_pool_alloc_owner(); pci_free_p2pmem()",
	.inside = "pci_alloc_p2pmem() or pci_p2pmem_alloc_sgl(); then the opposite",
	.outside = "what is allocated before, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = p2p_teardown,
};
