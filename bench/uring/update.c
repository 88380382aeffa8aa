/*
 * uring/update: what it costs to replace one buffer of a registered table: the new one is pinned,
 * then the old one unpinned. Half of the region is registered; the other half takes turns with it.
 *
 * Timed: io_uring_register_buffers_update_tag() of one slot that has a buffer. Nothing is in
 * flight, so that the old buffer can go at once.
 * Excluded: making the table and filling its slots.
 * Path: __io_sqe_buffers_update() -> io_sqe_buffer_register() -> io_pin_pages();
 * io_queue_rsrc_removal() or io_reset_rsrc_node() -> io_buffer_unmap() -> unpin_user_folio()
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "bench/uring/uring.h"

#define PAGE_BYTES 4096ul
/* Kernels that give old buffers back by a worker do it after a second. */
#define WAIT_STEP_US	  100000
#define WAIT_STEPS	  50
#define SHARED_WAIT_STEPS 3

static const struct operation_metrics names = OPERATION_NAMES("update", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("update", "page", "replacing one buffer of a table", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&uring_param_backing, &backing_param_page, &uring_param_buffers, &backing_param_size, NULL,
};

struct update {
	struct io_uring *ring;
	unsigned int slot;
	const struct iovec *buffer;
};

static int call_update(void *context)
{
	const struct update *u = context;
	int ret = io_uring_register_buffers_update_tag(u->ring, u->slot, u->buffer, NULL, 1);

	if (ret < 0)
		return ret;
	return ret == 1 ? 0 : -EIO;
}

/* Until only what @table had is pinned again: @ret_now is what is then. */
static int wait_for_release(struct bench_ctx *ctx, const struct uring_pins *table,
			    struct uring_pins *ret_now)
{
	/* What others have pinned besides is not waited for. */
	int steps = bench_shares_machine(ctx) ? SHARED_WAIT_STEPS : WAIT_STEPS;

	for (int i = 0; i < steps; i++) {
		int err = uring_pins_read(ctx, ret_now);

		if (err || !uring_pins_held(table, ret_now))
			return err;
		bench_fact_number(ctx, "released_in_call", 0);
		usleep(WAIT_STEP_US);
	}
	return pins_judge(ctx, uring_pins_held(table, ret_now),
			  "pins of replaced buffers were not given back");
}

static int update_once(struct bench_ctx *ctx, int turn, const struct uring_pins *table,
		       struct uring_pins *ret_now)
{
	struct uring_case *c = bench_state(ctx);
	unsigned int slots = c->count / 2;
	unsigned int slot = (unsigned int)turn / 2 % slots;
	/* Even turns put a buffer of the other half in, odd ones put the first back. */
	struct update u = {&c->rings[0], slot, &c->buffers[turn % 2 ? slot : slots + slot]};
	int err = operation_call(ctx, &c->rounds.operations[0], call_update, &u,
				 u.buffer->iov_len / PAGE_BYTES);

	if (err)
		return bench_fail(ctx, err, "updating slot %u of %u: %s", slot, slots,
				  strerror(-err));
	return wait_for_release(ctx, table, ret_now);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct uring_pins before, now;
	int err = uring_pins_read(ctx, &before);

	bench_fact_number(ctx, "released_in_call", 1);
	for (int turn = 0; !err && turn < URING_CALLS; turn++) {
		err = update_once(ctx, turn, &before, &now);
		if (!err && !turn)
			bench_fact_number(ctx, "pins_acquired",
					  (double)(now.pages.acquired - before.pages.acquired));
	}
	if (err)
		return err;
	/*
	 * It can be less than what is registered: 6.12 charges a huge page to the first of its
	 * buffers alone, and that charge goes with it though others stay; 7.3 counts them.
	 */
	bench_fact_number(ctx, "vm_pin_updated_bytes", (double)now.vm_pin_bytes);
	return 0;
}

static int fill_table(struct bench_ctx *ctx, struct uring_case *c)
{
	unsigned int slots = c->count / 2;
	int err = io_uring_register_buffers_sparse(&c->rings[0], slots);

	if (err == -EINVAL)
		return bench_skip(ctx,
				  "io_uring of this kernel has no sparse table of buffers "
				  "(5.19 has): %s",
				  strerror(-err));
	for (unsigned int i = 0; !err && i < slots; i++)
		err = call_update(&(struct update){&c->rings[0], i, &c->buffers[i]});
	return err ? bench_fail(ctx, err, "filling a table of %u buffers: %s", slots,
				strerror(-err))
		   : 0;
}

static int report_filled(struct bench_ctx *ctx, const struct uring_case *c)
{
	struct uring_pins filled;
	int err = uring_pins_read(ctx, &filled);

	if (err)
		return err;
	bench_fact_number(ctx, "registered_bytes", (double)c->backing.bytes / 2);
	bench_fact_number(ctx, "vm_pin_filled_bytes", (double)filled.vm_pin_bytes);
	return 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct uring_case *c;
	int err = uring_setup(ctx, &c);

	if (!err)
		err = uring_split(ctx, c, 2 * (unsigned int)bench_param_size_bytes(ctx, "buffers"));
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names, URING_CALLS, NULL);
	if (!err)
		err = fill_table(ctx, c);
	if (!err)
		err = report_filled(ctx, c);
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

const struct bench bench_uring_update = {
	.name = "uring/update",
	.summary = "What it costs to replace one buffer of a registered io_uring table",
	.path = "__io_sqe_buffers_update() -> io_sqe_buffer_register() -> io_pin_pages(), and "
		"io_buffer_unmap() of the old buffer",
	.inside = "io_uring_register_buffers_update_tag() of a slot that has a buffer; buffers are "
		  "as many as slots, half of the region",
	.outside = "making and filling the table, reading what is pinned; on kernels that leave it "
		   "to a worker (6.1), unpinning the old buffer",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.setup = setup,
	.run = run,
	.teardown = uring_teardown,
};
