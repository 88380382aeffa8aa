/*
 * dmabuf/cpu_access: what a program pays for telling that it is about to touch a buffer that
 * devices have mapped, and that it is done.
 *
 * Timed: DMA_BUF_IOCTL_SYNC, start and end.
 * Excluded: the access; making and mapping the buffer; the clock.
 * Path: dma_buf_begin_cpu_access() -> the exporter's begin_cpu_access ->
 * dma_sync_sgtable_for_cpu() of each attachment
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/dmabuf/stock_case.h"

#define CALLS 16

enum operations {
	BEGIN,
	END,
};

static const struct operation_metrics names_begin = OPERATION_NAMES("begin", "call");
static const struct operation_metrics names_end = OPERATION_NAMES("end", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("begin", "call", "telling that an access begins", false),
	OPERATION_METRICS("end", "call", "telling that it is over", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&stock_param_exporter,
	&stock_param_size,
	&dmabuf_param_importers,
	NULL,
};

static int sync_buffer(void *context, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags | DMA_BUF_SYNC_RW};
	const struct stock *s = context;

	return ioctl(s->fd, DMA_BUF_IOCTL_SYNC, &sync) ? -errno : 0;
}

static int call_begin(void *context)
{
	return sync_buffer(context, DMA_BUF_SYNC_START);
}

static int call_end(void *context)
{
	return sync_buffer(context, DMA_BUF_SYNC_END);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	struct stock *s = dmabuf_stock(ctx);
	int err = 0;

	for (int i = 0; !err && i < CALLS; i++) {
		err = operation_call(ctx, &operations[BEGIN], call_begin, s, 1);
		if (!err)
			err = operation_call(ctx, &operations[END], call_end, s, 1);
	}
	return err ? bench_fail(ctx, err, "DMA_BUF_IOCTL_SYNC: %s", strerror(-err)) : 0;
}

static int map_buffer(struct bench_ctx *ctx, struct dmabuf_case *c)
{
	struct stock *s = dmabuf_stock(ctx);
	int err = stock_make(s);

	if (err)
		return bench_fail(ctx, err, "the exporter makes no buffer: %s", strerror(-err));
	c->buffer.fd = s->fd;
	err = dmabuf_attach(ctx, NULL, s->attach_flags);
	if (!err)
		err = dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_MAP, 1);
	c->buffer.fd = -1;
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct dmabuf_case *c;
	int err = dmabuf_setup_stock(ctx, &c);

	if (!err)
		err = map_buffer(ctx, c);
	if (!err)
		err = dmabuf_add_in_programs(ctx, &names_begin, CALLS);
	if (!err)
		err = dmabuf_add_in_programs(ctx, &names_end, CALLS);
	return err ? err : dmabuf_rehearse(ctx, round_of_calls);
}

const struct bench bench_dmabuf_cpu_access = {
	.name = "dmabuf/cpu_access",
	.summary = "What a program pays for touching a buffer that devices have mapped",
	.path = "DMA_BUF_IOCTL_SYNC -> dma_buf_begin_cpu_access(), dma_buf_end_cpu_access() -> the "
		"exporter",
	.inside = "the ioctl that begins an access; the one that ends it",
	.outside = "the access; making and mapping the buffer; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "exporters",
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown_stock,
};
