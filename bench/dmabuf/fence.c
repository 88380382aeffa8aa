/*
 * dmabuf/fence: how long a move waits for a device that is not done with the buffer, and what that
 * wait costs besides.
 *
 * Timed: a move with a fence outstanding that signals a known time later; and one without.
 * Excluded: making the fence, the clock.
 * Path: dma_resv_wait_timeout() -> dma_fence_default_wait(); the timer -> dma_fence_signal()
 */
#include "bench/dmabuf/dmabuf.h"

#define NS_PER_MS 1000000u

enum operations {
	FREE,
	BLOCKED,
};

static const struct operation_metrics names_free = OPERATION_NAMES("move", "call");
static const struct operation_metrics names_blocked = OPERATION_NAMES("blocked", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("blocked", "call", "a move with a fence outstanding", false),
	OPERATION_METRICS("move", "call", "the same without", true),
	{.name = NULL},
};

static const struct bench_param param_delay = {
	.name = "delay_ms",
	.fallback = "20",
	.allowed = (const char *const[]){"10", "20", "50", "100", NULL},
	.help = "until the fence signals",
};

static const struct bench_param *const params[] = {
	&param_delay,
	&dmabuf_param_importers,
	&exported_param_size,
	NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	uint32_t delay_ns = (uint32_t)bench_param_size_bytes(ctx, "delay_ms") * NS_PER_MS;
	struct dmabuf_case *c = bench_state(ctx);
	int err = dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_MAP, 1);

	if (!err)
		err = dmabuf_move(ctx, &c->rounds.operations[FREE], PINBENCH_MOVE_REMAP, 0);
	if (!err)
		err = dmabuf_move(ctx, &c->rounds.operations[BLOCKED], PINBENCH_MOVE_REMAP,
				  delay_ns);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO,
			       PINBENCH_INSERT_PFN, &c);

	if (!err)
		err = dmabuf_attach(ctx, NULL, PINBENCH_ATTACH_DYNAMIC);
	if (!err)
		err = dmabuf_add(ctx, &names_free, 1);
	if (!err)
		err = dmabuf_add(ctx, &names_blocked, 1);
	return err ? err : dmabuf_rehearse(ctx, round_of_calls);
}

const struct bench bench_dmabuf_fence = {
	.name = "dmabuf/fence",
	.summary = "How long a move is blocked by a fence that signals a known time later",
	.path = "dma_resv_wait_timeout() -> dma_fence_default_wait() -> schedule_timeout()",
	.inside =
		"the move, with the lock, the wait, and the importers' new mappings; in a counted "
		"guest an idle nanosecond counts as an instruction",
	.outside = "making the fence, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
