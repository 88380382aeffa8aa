/*
 * p2p/map: what it costs to map memory of one device for another, against the machine's own, by the
 * way that it takes.
 *
 * Timed: dma_map_sgtable(), granted or refused, and dma_unmap_sgtable().
 * Excluded: making the table, the clock.
 * Path: dma_direct_map_sg() -> pci_p2pdma_map_segment() or pci_p2pdma_state(): for each segment the
 * way is looked up if it is of another device than the segment before
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench/p2p/p2p.h"

#define CALLS 8

enum operations {
	MAP,
	UNMAP,
	REFUSAL,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("map", "segment"),
	OPERATION_NAMES("unmap", "segment"),
	OPERATION_NAMES("refusal", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "segment", "mapping the table for the client", false),
	OPERATION_METRICS("unmap", "segment", "unmapping it", false),
	OPERATION_METRICS("refusal", "call", "being refused it", false),
	{.name = NULL},
};

static const struct bench_param param_segments = {
	.name = "segments",
	.fallback = "64",
	.allowed = (const char *const[]){"1", "8", "64", "512", NULL},
	.help = "of the table, none right behind another",
};

static const struct bench_param param_segment = {
	.name = "segment",
	.fallback = "4k",
	.allowed = (const char *const[]){"4k", "64k", "2m", NULL},
	.help = "bytes of one",
};

static const struct bench_param *const params[] = {
	&p2p_param_memory, &param_segments, &param_segment, &p2p_param_topology, NULL,
};

static int check_answer(struct bench_ctx *ctx, const struct p2p_case *c,
			const struct pinbench_p2p_map *req)
{
	if (req->error && req->route != PINBENCH_P2P_REFUSED)
		return p2p_fail(ctx, "dma_map_sgtable()", -(int)req->error);
	if (req->route == c->route)
		return 0;
	return bench_fail(ctx, EPROTO, "%s reaches memory of %s by another way than a moment ago",
			  c->client.name, c->provider.name);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	bool is_refused = c->route == PINBENCH_P2P_REFUSED;
	struct pinbench_p2p_map req = {
		.segment_bytes = bench_param_size_bytes(ctx, "segment"),
		.segments = (uint32_t)atoi(bench_param(ctx, "segments")),
		.client = c->client.address,
		.calls = CALLS,
	};
	const struct operation_share shares[] = {
		{&operations[is_refused ? REFUSAL : MAP], &req.map},
		{&operations[UNMAP], &req.unmap},
	};
	int err;

	req.provider = p2p_provider(c, &req.flags);
	err = operation_ioctl_shared(ctx, PINBENCH_IOC_P2P_MAP, &req, shares, CALLS,
				     is_refused ? 1 : req.segments);
	if (err)
		return p2p_fail(ctx, "mapping", err);
	bench_fact_number(ctx, "mapped_segments", req.mapped_segments);
	return check_answer(ctx, c, &req);
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = p2p_setup(ctx, &c);

	for (int i = MAP; !err && i <= REFUSAL; i++)
		err = rounds_add_in_module(ctx, &c->rounds, &names[i], CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_p2p_map = {
	.name = "p2p/map",
	.summary = "What it costs to map memory of one device for another",
	.path = "dma_map_sgtable() -> dma_direct_map_sg() -> pci_p2pdma_map_type()",
	.inside = "dma_map_sgtable(), granted or refused; then dma_unmap_sgtable()",
	.outside = "making the table, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = p2p_teardown,
};
