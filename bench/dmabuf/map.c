/*
 * dmabuf/map: what it costs an importer to map a buffer, and to unmap it, by how it is made up.
 *
 * Timed: dma_buf_map_attachment(), dma_buf_unmap_attachment().
 * Excluded: the reservation lock, which is held; attaching; the clock.
 * Path: dma_buf_map_attachment() -> the exporter's map_dma_buf: sg_alloc_table_from_pages() or one
 * entry a segment, dma_map_sgtable()
 */
#include <errno.h>
#include <string.h>
#include "bench/dmabuf/dmabuf.h"

enum operations {
	MAP,
	UNMAP,
};

static const struct operation_metrics names_map = OPERATION_NAMES("map", "page");
static const struct operation_metrics names_unmap = OPERATION_NAMES("unmap", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "mapping the buffer for a device", false),
	OPERATION_METRICS("unmap", "page", "unmapping it", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&exported_param_size,	 &exported_param_segment, &exported_param_table,
	&dmabuf_param_importers, &dmabuf_param_importer,  NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = dmabuf_importers(ctx, &operations[MAP], PINBENCH_IMPORTER_MAP, c->buffer.pages);

	if (!err)
		err = dmabuf_expect_mapped(ctx, c->importers);
	if (!err)
		err = dmabuf_importers(ctx, &operations[UNMAP], PINBENCH_IMPORTER_UNMAP,
				       c->buffer.pages);
	return err ? err : dmabuf_expect_mapped(ctx, 0);
}

/* The buffer is of so many pieces: the table must be too, however it was made. */
static int check_segments(struct bench_ctx *ctx, const struct dmabuf_case *c)
{
	uint64_t segment = bench_param_size_bytes(ctx, "segment");
	uint64_t segments = segment ? c->buffer.bytes / segment : 1;

	bench_fact_number(ctx, "segments", c->segments);
	if (c->segments == segments)
		return 0;
	return bench_fail(ctx, EPROTO, "the table has %u segments, the buffer %llu", c->segments,
			  (unsigned long long)segments);
}

/* Where attaching has mapped the buffer, mapping finds it done. */
static int tell_attaching(struct bench_ctx *ctx)
{
	const struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_counts counts = {0};
	int err = exported_counts(ctx, &c->buffer, &counts);

	if (!err)
		bench_condition(ctx, "attaching_maps", counts.maps ? "yes" : "no");
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	size_t importers = bench_param_size_bytes(ctx, "importers");
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC, PINBENCH_INSERT_PFN, &c);

	if (!err && !importers)
		err = bench_skip(ctx, "nobody to map");
	if (!err)
		err = dmabuf_attach(ctx, NULL, dmabuf_attach_flags(ctx));
	if (!err)
		err = tell_attaching(ctx);
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

const struct bench bench_dmabuf_map = {
	.name = "dmabuf/map",
	.summary = "What it costs an importer to map a buffer and to unmap it",
	.path = "dma_buf_map_attachment() -> map_dma_buf of an exporter of system memory",
	.inside = "dma_buf_map_attachment(); then dma_buf_unmap_attachment()",
	.outside = "the reservation lock, which is held; attaching; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
