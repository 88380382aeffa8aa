/*
 * uring/clone: what it costs to share a registered table of buffers with another ring, which pins
 * nothing again, and to drop the clone.
 *
 * Timed: IORING_REGISTER_CLONE_BUFFERS of the whole table into a ring that has none, and
 * io_uring_unregister_buffers() of that ring.
 * Excluded: registering the table that is cloned.
 * Path: io_register_clone_buffers() -> io_clone_buffers(); io_sqe_buffers_unregister() ->
 * io_buffer_unmap(), which only drops a reference
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench/uring/uring.h"

enum operations {
	CLONE,
	DROP
};

/* include/uapi/linux/io_uring.h of 6.12, which Debian 12's headers do not have yet. */
#define CLONE_BUFFERS 30 /* IORING_REGISTER_CLONE_BUFFERS */

struct clone_buffers { /* struct io_uring_clone_buffers */
	uint32_t src_fd;
	uint32_t flags;
	uint32_t pad[6];
};

static const struct operation_metrics names_clone = OPERATION_NAMES("clone", "buffer");
static const struct operation_metrics names_drop = OPERATION_NAMES("drop", "buffer");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("clone", "buffer", "sharing a table of buffers", false),
	OPERATION_METRICS("drop", "buffer", "unregistering the clone", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&uring_param_backing, &backing_param_page, &uring_param_buffers, &backing_param_size, NULL,
};

static int call_clone(void *context)
{
	const struct io_uring *rings = context;
	struct clone_buffers clone = {.src_fd = (uint32_t)rings[0].ring_fd};

	return syscall(SYS_io_uring_register, rings[1].ring_fd, CLONE_BUFFERS, &clone, 1) ? -errno
											  : 0;
}

static int measure(struct bench_ctx *ctx, struct uring_pins *ret_cloned)
{
	struct uring_case *c = bench_state(ctx);
	struct uring_table clone = {.ring = &c->rings[1]};

	for (int i = 0; i < URING_CALLS; i++) {
		int err = operation_call(ctx, &c->rounds.operations[CLONE], call_clone, c->rings,
					 c->count);

		if (!err && !i && uring_pins_read(ctx, ret_cloned))
			return -EPROTO;
		if (!err)
			err = operation_call(ctx, &c->rounds.operations[DROP],
					     uring_call_unregister, &clone, c->count);
		if (err)
			return bench_fail(ctx, err, "cloning %u buffers, or dropping them: %s",
					  c->count, strerror(-err));
	}
	return 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct uring_pins before, cloned, after;
	int err = uring_pins_read(ctx, &before);

	if (!err)
		err = measure(ctx, &cloned);
	if (!err)
		err = uring_pins_read(ctx, &after);
	if (err)
		return err;
	bench_fact_number(ctx, "pins_acquired",
			  (double)(cloned.pages.acquired - before.pages.acquired));
	bench_fact_number(ctx, "vm_pin_before_bytes", (double)before.vm_pin_bytes);
	bench_fact_number(ctx, "vm_pin_cloned_bytes", (double)cloned.vm_pin_bytes);
	return uring_pins_compare(ctx, &before, &after);
}

/* The first one tells whether the kernel has it. */
static int try_clone(struct bench_ctx *ctx, struct uring_case *c)
{
	struct uring_table table = {&c->rings[0], c->buffers, c->count};
	struct uring_table clone = {.ring = &c->rings[1]};
	int err = uring_call_register(&table);

	if (!err)
		err = call_clone(c->rings);
	if (err == -EINVAL)
		return bench_skip(ctx,
				  "io_uring of this kernel cannot clone a table of buffers "
				  "(6.12 can): %s",
				  strerror(-err));
	if (!err)
		err = uring_call_unregister(&clone);
	return err ? bench_fail(ctx, err, "cloning %u buffers: %s", c->count, strerror(-err)) : 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct uring_case *c;
	int err = uring_setup(ctx, &c);

	if (!err)
		err = uring_add_ring(ctx, c);
	if (!err)
		err = uring_split(ctx, c, (unsigned int)bench_param_size_bytes(ctx, "buffers"));
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_clone, URING_CALLS, NULL);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_drop, URING_CALLS, NULL);
	if (!err)
		err = try_clone(ctx, c);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

static int run(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);
	int err = round_of_calls(ctx);

	if (!err)
		rounds_report(ctx, &c->rounds);
	return err;
}

const struct bench bench_uring_clone = {
	.name = "uring/clone",
	.summary = "What it costs to share a registered io_uring table with another ring",
	.path = "io_register_clone_buffers() -> io_clone_buffers(); io_sqe_buffers_unregister() -> "
		"io_buffer_unmap(), which drops a reference",
	.inside = "IORING_REGISTER_CLONE_BUFFERS of the whole table; io_uring_unregister_buffers() "
		  "of the clone",
	.outside = "registering the table that is cloned; opening the rings",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.setup = setup,
	.run = run,
	.teardown = uring_teardown,
};
