/*
 * dmabuf/stock: what the kernel's own exporters ask for a buffer and for its mapping, by the same
 * importer as ours.
 *
 * Timed: making a buffer; attaching, mapping, unmapping, detaching; and the last close of it.
 * Excluded: the memfd that a udmabuf is of, the clock. The importer is static, as the exporters
 * are: up to 6.x a dynamic one would have the buffer mapped when it attaches. VFIO wants one that
 * can be told that the memory is gone. Path: DMA_HEAP_IOCTL_ALLOC, UDMABUF_CREATE;
 * dma_buf_map_attachment() -> system_heap_map_dma_buf(), cma_heap_map_dma_buf(), map_udmabuf()
 */
#include <errno.h>
#include <string.h>
#include "bench/dmabuf/stock_case.h"

enum operations {
	MAKE,
	ATTACH,
	MAP,
	UNMAP,
	DETACH,
	DROP,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("make", "page"),   OPERATION_NAMES("attach", "call"),
	OPERATION_NAMES("map", "page"),	   OPERATION_NAMES("unmap", "page"),
	OPERATION_NAMES("detach", "call"), OPERATION_NAMES("drop", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "mapping the buffer for a device", false),
	OPERATION_METRICS("make", "page", "making the buffer", false),
	OPERATION_METRICS("attach", "call", "attaching an importer", true),
	OPERATION_METRICS("unmap", "page", "unmapping it", true),
	OPERATION_METRICS("detach", "call", "detaching the importer", true),
	OPERATION_METRICS("drop", "page", "the last close of the buffer", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&stock_param_exporter,
	&stock_param_size,
	NULL,
};

static int use(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	uint64_t pages = c->buffer.pages;
	uint32_t attach_flags = dmabuf_stock(ctx)->attach_flags;
	int err = dmabuf_attach_some(ctx, &operations[ATTACH], 1, attach_flags);

	if (!err)
		err = dmabuf_importers(ctx, &operations[MAP], PINBENCH_IMPORTER_MAP, pages);
	if (!err)
		err = dmabuf_expect_mapped(ctx, 1);
	if (!err)
		err = dmabuf_importers(ctx, &operations[UNMAP], PINBENCH_IMPORTER_UNMAP, pages);
	if (!err)
		err = dmabuf_importers(ctx, &operations[DETACH], PINBENCH_IMPORTER_DETACH, 1);
	return err;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	struct stock *s = dmabuf_stock(ctx);
	uint64_t pages = c->buffer.pages;
	int err = operation_call(ctx, &operations[MAKE], stock_make, s, pages);

	if (err)
		return bench_fail(ctx, err, "the exporter makes no buffer: %s", strerror(-err));
	c->buffer.fd = s->fd;
	err = use(ctx);
	c->buffer.fd = -1;
	if (err)
		return err;
	err = operation_call(ctx, &operations[DROP], stock_drop, s, pages);
	return err ? bench_fail(ctx, err, "closing the buffer: %s", strerror(-err)) : 0;
}

static int add_operations(struct bench_ctx *ctx)
{
	int err = 0;

	for (int i = MAKE; !err && i <= DROP; i++)
		err = i == MAKE || i == DROP ? dmabuf_add_in_programs(ctx, &names[i], 1)
					     : dmabuf_add(ctx, &names[i], 1);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct dmabuf_case *c;
	int err = dmabuf_setup_stock(ctx, &c);

	if (!err)
		err = add_operations(ctx);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	if (!err)
		bench_fact_number(ctx, "segments", c->segments);
	return err;
}

const struct bench bench_dmabuf_stock = {
	.name = "dmabuf/stock",
	.summary = "What the kernel's own exporters ask for a buffer, and for mapping it",
	.path = "DMA_HEAP_IOCTL_ALLOC or UDMABUF_CREATE; dma_buf_map_attachment() -> the "
		"exporter's "
		"map_dma_buf",
	.inside = "the ioctl that makes it; dma_buf_dynamic_attach(), dma_buf_map_attachment() and "
		  "their "
		  "opposites; the last close",
	.outside = "the memfd that a udmabuf is of, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "exporters",
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown_stock,
};
