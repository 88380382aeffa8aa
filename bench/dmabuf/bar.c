/*
 * dmabuf/bar: what it costs another device to map a buffer that is a device's memory, by how many
 * pieces it is of and by how the exporter makes the table of them.
 *
 * Timed: dma_buf_map_attachment(), dma_buf_unmap_attachment().
 * Excluded: the reservation lock, which is held; attaching; the clock.
 * Path: dma_buf_map_attachment() -> dma_map_resource() of each piece; or dma_buf_phys_vec_to_sgt()
 * -> pci_p2pdma_map_type(), then bus addresses, dma_iova_link() or dma_map_phys()
 */
#include <errno.h>
#include <stdlib.h>
#include "bench/core/topology.h"
#include "bench/dmabuf/dmabuf.h"

enum operations {
	MAP,
	UNMAP,
};

struct devices {
	struct pci_device provider;
	struct pci_device client;
};

static const struct operation_metrics names_map = OPERATION_NAMES("map", "segment");
static const struct operation_metrics names_unmap = OPERATION_NAMES("unmap", "segment");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "segment", "mapping the buffer for a device", false),
	OPERATION_METRICS("unmap", "segment", "unmapping it", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&exported_param_size,
	&exported_param_segment,
	&exported_param_bar_table,
	&dmabuf_param_importers,
	NULL,
};

static uint64_t segments_of(const struct bench_ctx *ctx, const struct dmabuf_case *c)
{
	uint64_t segment = bench_param_size_bytes(ctx, "segment");

	return segment ? c->buffer.bytes / segment : 1;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	uint64_t segments = segments_of(ctx, c);
	int err = dmabuf_importers(ctx, &operations[MAP], PINBENCH_IMPORTER_MAP, segments);

	if (!err)
		err = dmabuf_expect_mapped(ctx, c->importers);
	if (!err)
		err = dmabuf_importers(ctx, &operations[UNMAP], PINBENCH_IMPORTER_UNMAP, segments);
	return err ? err : dmabuf_expect_mapped(ctx, 0);
}

static int make_buffer(struct bench_ctx *ctx, struct dmabuf_case *c)
{
	struct devices *devices = c->own;
	int err = pci_give(ctx, PCI_IVSHMEM, "pinbench", &devices->provider);

	if (!err)
		err = pci_give(ctx, PCI_EDU, "pinbench", &devices->client);
	if (!err)
		err = topology_device(ctx, "provider", devices->provider.name);
	if (!err)
		err = topology_device(ctx, "client", devices->client.name);
	if (!err)
		err = exported_make_bar(ctx, &devices->provider, PCI_IVSHMEM_BAR,
					PINBENCH_INSERT_PFN, &c->buffer);
	c->pci_address = devices->client.address;
	return err;
}

/* An IOMMU may make one segment of all of them, in its addresses. */
static int check_segments(struct bench_ctx *ctx, const struct dmabuf_case *c)
{
	bench_fact_number(ctx, "ranges", (double)segments_of(ctx, c));
	bench_fact_number(ctx, "segments", c->segments);
	topology_verdict(ctx, "mapped, in %u segments", c->segments);
	if (c->segments == segments_of(ctx, c) || c->segments == 1)
		return 0;
	return bench_fail(ctx, EPROTO, "the table has %u segments, the buffer %llu", c->segments,
			  (unsigned long long)segments_of(ctx, c));
}

static int prepare(struct bench_ctx *ctx, struct dmabuf_case *c)
{
	size_t importers = bench_param_size_bytes(ctx, "importers");
	int err = importers ? make_buffer(ctx, c) : bench_skip(ctx, "nobody to map");

	if (!err)
		err = dmabuf_attach(ctx, NULL,
				    PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER |
					    PINBENCH_ATTACH_PCI);
	if (!err)
		err = dmabuf_add(ctx, &names_map, importers);
	if (!err)
		err = dmabuf_add(ctx, &names_unmap, importers);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	if (!err)
		err = check_segments(ctx, c);
	return err ? err : dmabuf_tell_pins(ctx);
}

static int setup(struct bench_ctx *ctx)
{
	struct dmabuf_case *c;
	int err = dmabuf_setup_of(ctx, -1, bench_param_size_bytes(ctx, "size"), &c);

	if (err)
		return err;
	c->own = calloc(1, sizeof(struct devices));
	return c->own ? prepare(ctx, c) : bench_fail(ctx, ENOMEM, "no memory");
}

static void teardown(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct devices *devices = c ? c->own : NULL;

	dmabuf_teardown(ctx);
	if (!devices)
		return;
	pci_take_back(&devices->client);
	pci_take_back(&devices->provider);
	free(devices);
}

static const struct bench_emulated emulated = {
	.says = "instructions of the mapping, and how many segments the table has",
	.cannot_say = "bandwidth or latency of a transfer, or what the hardware of an IOMMU spends",
};

const struct bench bench_dmabuf_bar = {
	.name = "dmabuf/bar",
	.summary = "What it costs a device to map a buffer that is another device's memory",
	.path = "dma_buf_map_attachment() -> dma_map_resource() or dma_buf_phys_vec_to_sgt()",
	.inside = "dma_buf_map_attachment(); then dma_buf_unmap_attachment()",
	.outside = "the reservation lock, which is held; attaching; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "exporters",
	.emulated = &emulated,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = teardown,
};
