/*
 * p2p/distance: whether one device may reach memory of another, by what is between them, and what
 * asking the kernel costs.
 *
 * Timed: pci_p2pdma_distance_many() of one client.
 * Excluded: the clock.
 * Path: pci_p2pdma_distance_many() -> calc_map_type_and_dist(): upwards from the provider, and for
 * each bridge there upwards from the client; then the list of host bridges
 */
#include <errno.h>
#include "bench/p2p/p2p.h"

#define CALLS 16

static const struct operation_metrics names = OPERATION_NAMES("distance", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("distance", "call", "asking how far they are apart", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&p2p_param_topology,
	NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct pinbench_p2p_distance req = {
		.provider = c->provider.address,
		.client = c->client.address,
		.calls = CALLS,
	};
	int err = operation_ioctl(ctx, &c->rounds.operations[0], PINBENCH_IOC_P2P_DISTANCE, &req,
				  &req.samples, CALLS, 1);

	if (err)
		return p2p_fail(ctx, "distance", err);
	if ((req.distance < 0) == (c->route == PINBENCH_P2P_REFUSED))
		return 0;
	return bench_fail(ctx, EPROTO, "distance %d of %s from %s, and mapping says otherwise",
			  req.distance, c->client.name, c->provider.name);
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = p2p_setup(ctx, &c);

	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names, CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_p2p_distance = {
	.name = "p2p/distance",
	.summary = "Whether one device may reach memory of another, and what asking that costs",
	.path = "pci_p2pdma_distance_many() -> calc_map_type_and_dist()",
	.inside = "pci_p2pdma_distance_many() of one client",
	.outside = "the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = p2p_teardown,
};
