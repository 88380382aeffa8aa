/*
 * dmabuf/attach: what it costs an importer to attach to a buffer, and to detach.
 *
 * Timed: dma_buf_dynamic_attach(), dma_buf_detach().
 * Excluded: the buffer, the importer's device, the clock.
 * Path: dma_buf_dynamic_attach() -> the exporter's attach; for a static importer of a buffer that
 * can move, up to 6.x, also pin and map
 */
#include "bench/dmabuf/dmabuf.h"

enum operations {
	ATTACH,
	DETACH,
};

static const struct operation_metrics names_attach = OPERATION_NAMES("attach", "call");
static const struct operation_metrics names_detach = OPERATION_NAMES("detach", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("attach", "call", "attaching an importer", false),
	OPERATION_METRICS("detach", "call", "detaching it", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&dmabuf_param_importers,
	&dmabuf_param_importer,
	&exported_param_size,
	&exported_param_segment,
	NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	int err = dmabuf_attach(ctx, &c->rounds.operations[ATTACH], dmabuf_attach_flags(ctx));

	if (!err)
		err = dmabuf_importers(ctx, &c->rounds.operations[DETACH], PINBENCH_IMPORTER_DETACH,
				       1);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	size_t importers = bench_param_size_bytes(ctx, "importers");
	struct pinbench_dmabuf_counts counts = {0};
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC, PINBENCH_INSERT_PFN, &c);

	if (!err && !importers)
		err = bench_skip(ctx, "nobody to attach");
	if (!err)
		err = dmabuf_add(ctx, &names_attach, importers);
	if (!err)
		err = dmabuf_add(ctx, &names_detach, importers);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	if (!err)
		err = exported_counts(ctx, &c->buffer, &counts);
	if (!err)
		bench_condition(ctx, "attaching_maps", counts.maps ? "yes" : "no");
	return err;
}

const struct bench bench_dmabuf_attach = {
	.name = "dmabuf/attach",
	.summary = "What it costs an importer to attach to a buffer, and to detach",
	.path = "dma_buf_dynamic_attach() -> the exporter's attach; dma_buf_detach()",
	.inside = "dma_buf_dynamic_attach(); then dma_buf_detach()",
	.outside = "the buffer, the importer's device, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
