/*
 * dmabuf/pin: what it costs a dynamic importer to keep a buffer where it is, and to let it go.
 *
 * Timed: dma_buf_pin(), dma_buf_unpin().
 * Excluded: the reservation lock, which is held; the clock.
 * Path: dma_buf_pin() -> the exporter's pin, which counts
 */
#include "bench/dmabuf/dmabuf.h"

enum operations {
	PIN,
	UNPIN,
};

static const struct operation_metrics names_pin = OPERATION_NAMES("pin", "call");
static const struct operation_metrics names_unpin = OPERATION_NAMES("unpin", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("pin", "call", "pinning the buffer", false),
	OPERATION_METRICS("unpin", "call", "unpinning it", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {&dmabuf_param_importers, NULL};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = dmabuf_importers(ctx, &operations[PIN], PINBENCH_IMPORTER_PIN, 1);

	if (!err)
		err = dmabuf_importers(ctx, &operations[UNPIN], PINBENCH_IMPORTER_UNPIN, 1);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	size_t importers = bench_param_size_bytes(ctx, "importers");
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC, PINBENCH_INSERT_PFN, &c);

	if (!err && !importers)
		err = bench_skip(ctx, "nobody to pin");
	if (!err)
		err = dmabuf_attach(ctx, NULL, PINBENCH_ATTACH_DYNAMIC);
	if (!err)
		err = dmabuf_add(ctx, &names_pin, importers);
	if (!err)
		err = dmabuf_add(ctx, &names_unpin, importers);
	return err ? err : dmabuf_rehearse(ctx, round_of_calls);
}

const struct bench bench_dmabuf_pin = {
	.name = "dmabuf/pin",
	.summary = "What it costs a dynamic importer to keep a buffer where it is",
	.path = "dma_buf_pin() -> the exporter's pin; dma_buf_unpin()",
	.inside = "dma_buf_pin(); then dma_buf_unpin()",
	.outside = "the reservation lock, which is held; what an exporter does about it: this one "
		   "counts",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
