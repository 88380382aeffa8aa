/*
 * null/uring_nop: what an io_uring request costs that does nothing: the floor of family uring.
 *
 * Timed: preparing an IORING_OP_NOP, submitting it, waiting for it and taking its completion,
 * liburing's part included; one io_uring_enter() does both.
 * Excluded: the clock.
 * Path: __x64_sys_io_uring_enter() -> io_submit_sqes() -> io_nop() -> io_cqring_wait()
 */
#include <errno.h>
#include <string.h>
#include "bench/core/operation.h"
#include "bench/core/ring.h"

#define CALLS	   256
#define REHEARSALS 16

static const struct operation_metrics names = OPERATION_NAMES("nop", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("nop", "call",
			  "a request that does nothing, from submission to completion", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {NULL};

static int call_nop(void *context)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(context);

	io_uring_prep_nop(sqe);
	return ring_submit_one(context);
}

static int call_often(struct bench_ctx *ctx, struct operation *op, struct io_uring *ring)
{
	int err = 0;

	/* The first requests fill caches that later ones take theirs from. */
	for (int i = 0; !err && i < REHEARSALS; i++)
		err = call_nop(ring);
	for (int i = 0; !err && i < CALLS; i++)
		err = operation_call(ctx, op, call_nop, ring, 1);
	return err ? bench_fail(ctx, err, "IORING_OP_NOP: %s", strerror(-err)) : 0;
}

static int run(struct bench_ctx *ctx)
{
	struct io_uring ring;
	struct operation op;
	int err = ring_open(ctx, RING_ENTRIES, &ring);

	if (err)
		return err;
	err = operation_init(ctx, &names, CALLS, &op);
	if (!err)
		err = call_often(ctx, &op, &ring);
	if (!err)
		operation_report(ctx, &op);
	operation_free(&op);
	io_uring_queue_exit(&ring);
	return err;
}

const struct bench bench_null_uring_nop = {
	.name = "null/uring_nop",
	.summary = "What an io_uring request that does nothing costs: the floor of family uring",
	.path = "__x64_sys_io_uring_enter() -> io_submit_sqes() -> io_nop() -> io_cqring_wait()",
	.inside =
		"preparing, submitting, waiting for and taking one IORING_OP_NOP, with liburing's "
		"part",
	.outside = "the clock's own cost, which is subtracted; opening the ring",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.run = run,
};
