/*
 * dmabuf/revoke: what taking a buffer from all its importers for good costs an exporter whose
 * device goes.
 *
 * Timed: the lock, the invalidation with the importers' unmapping, the wait for fences.
 * Excluded: mapping it before, the clock.
 * Path: dma_resv_lock() -> dma_buf_attach_revocable() of each -> dma_buf_invalidate_mappings() ->
 * dma_resv_wait_timeout()
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/dmabuf/dmabuf.h"

static const struct operation_metrics names = OPERATION_NAMES("revoke", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("revoke", "call", "taking it from all importers", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&dmabuf_param_importers,
	&exported_param_size,
	&exported_param_segment,
	NULL,
};

static int exporter(struct bench_ctx *ctx, struct operation *op, uint32_t operation)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_exporter req = {.fd = c->buffer.fd, .operation = operation};
	int err = operation_ioctl(ctx, op, PINBENCH_IOC_DMABUF_EXPORTER, &req, &req.samples, 1, 1);

	if (err == -EOPNOTSUPP)
		return bench_skip(ctx, "this kernel has no dma_buf_attach_revocable(): before 7.0");
	return err ? bench_fail(ctx, err, "the exporter: %s", strerror(-err)) : 0;
}

/* From then on nobody gets it. */
static int check_gone(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	uint64_t durations[PINBENCH_DMABUF_MAX_IMPORTERS];
	struct pinbench_dmabuf_importers req = {
		.operation = PINBENCH_IMPORTER_MAP,
		.samples = {.durations = (uintptr_t)durations,
			    .capacity = PINBENCH_DMABUF_MAX_IMPORTERS},
	};

	if (!c->importers)
		return 0;
	if (!ioctl(bench_module_fd(ctx), PINBENCH_IOC_DMABUF_IMPORTERS, &req))
		return bench_fail(ctx, EPROTO, "an importer has mapped what was revoked");
	return errno == ENODEV ? 0 : bench_fail(ctx, errno, "mapping: %s", strerror(errno));
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	int err = dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_MAP, 1);

	if (!err)
		err = dmabuf_expect_mapped(ctx, c->importers);
	if (!err)
		err = exporter(ctx, &c->rounds.operations[0], PINBENCH_EXPORTER_REVOKE);
	if (!err)
		err = check_gone(ctx);
	return err ? err : exporter(ctx, &c->unmeasured, PINBENCH_EXPORTER_RESTORE);
}

static int setup(struct bench_ctx *ctx)
{
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC, PINBENCH_INSERT_PFN, &c);

	if (!err)
		err = dmabuf_attach(ctx, NULL, PINBENCH_ATTACH_DYNAMIC);
	if (!err)
		err = dmabuf_add(ctx, &names, 1);
	return err ? err : dmabuf_rehearse(ctx, round_of_calls);
}

const struct bench bench_dmabuf_revoke = {
	.name = "dmabuf/revoke",
	.summary = "What taking a buffer from all its importers for good costs",
	.path = "dma_buf_attach_revocable(), dma_buf_invalidate_mappings(), "
		"dma_resv_wait_timeout()",
	.inside = "the lock, the invalidation with the importers' unmapping, the wait for fences",
	.outside = "mapping it before; what a device would do to stop; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
