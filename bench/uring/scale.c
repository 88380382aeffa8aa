/*
 * uring/scale: how long-term pinning scales with those who pin, in one mm and in one each.
 *
 * Timed: passes of each worker that registers its own region as a buffer of its own ring, and
 * unregisters it. On 6.1 unregistering sleeps until RCU lets go, which is in the figure.
 * Excluded: the workers' start, their memory and rings, what one does while not all are at work.
 * Path: io_sqe_buffers_register() -> io_pin_pages(): pin_user_pages_fast() with FOLL_LONGTERM;
 * mm->pinned_vm; io_sqe_buffers_unregister() -> unpin_user_folio()
 */
#include <errno.h>
#include "bench/core/gang/scale.h"
#include "bench/core/ring.h"

static const struct bench_param *const params[] = {
	&scale_param_backing, &scale_param_page, &scale_param_size,
	&scale_param_threads, &scale_param_mm,	 NULL,
};

struct own {
	bool is_open;
	struct io_uring ring;
	struct backing memory;
};

static int begin(struct bench_ctx *ctx, void *data)
{
	struct own *own = data;
	int err;

	own->memory.fd = -1;
	err = ring_open(ctx, RING_ENTRIES, &own->ring);
	if (err)
		return err;
	own->is_open = true;
	return backing_prepare(ctx, &own->memory);
}

static int pass(void *data)
{
	struct own *own = data;
	struct iovec buffer = {own->memory.addr, own->memory.bytes};
	int err = io_uring_register_buffers(&own->ring, &buffer, 1);

	return err ? err : io_uring_unregister_buffers(&own->ring);
}

static void end(void *data)
{
	struct own *own = data;

	if (own->is_open)
		io_uring_queue_exit(&own->ring);
	backing_drop(&own->memory);
}

static const struct scale_spec spec = {
	.work = {.own_bytes = sizeof(struct own), .begin = begin, .pass = pass, .end = end},
};

const struct bench bench_uring_scale = {
	.name = "uring/scale",
	.summary = "How pinning for long, as an io_uring buffer, scales with workers that pin at "
		   "the same time, in one mm and in one each",
	.path = "io_sqe_buffers_register() -> io_pin_pages() -> pin_user_pages_fast(), long-term; "
		"mm->pinned_vm; io_sqe_buffers_unregister()",
	.inside = "each worker's io_uring_register_buffers() of its own region and "
		  "io_uring_unregister_buffers(), while all of them are at work",
	.outside = SCALE_OUTSIDE,
	.metrics = scale_metrics,
	.params = params,
	.machine = "smp",
	.timed_only = true,
	.setup = scale_setup,
	.run = scale_run,
	.teardown = scale_teardown,
	.data = &spec,
};
