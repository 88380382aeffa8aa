/*
 * uring/register: what it costs to pin memory for long as a table of io_uring buffers, and to give
 * it back.
 *
 * Timed: io_uring_register_buffers() of the whole region, cut into so many buffers, and
 * io_uring_unregister_buffers() of it. Nothing is in flight.
 * Excluded: faulting the memory in; opening the ring.
 * Path: io_sqe_buffers_register() -> io_sqe_buffer_register() -> io_pin_pages() ->
 * pin_user_pages_fast(); io_sqe_buffers_unregister() -> io_buffer_unmap() -> unpin_user_folio()
 */
#include <errno.h>
#include <string.h>
#include "bench/uring/uring.h"

#define PAGE_BYTES 4096ul

enum operations {
	REGISTER,
	UNREGISTER
};

static const struct operation_metrics names_register = OPERATION_NAMES("register", "page");
static const struct operation_metrics names_unregister = OPERATION_NAMES("unregister", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("register", "page", "pinning as a table of buffers", false),
	OPERATION_METRICS("unregister", "page", "the release that goes with it", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&uring_param_backing, &backing_param_page, &uring_param_buffers, &backing_param_size, NULL,
};

static void report_pins(struct bench_ctx *ctx, const struct uring_pins *before,
			const struct uring_pins *held, const struct uring_pins *after)
{
	bench_fact_number(ctx, "pins_acquired",
			  (double)(held->pages.acquired - before->pages.acquired));
	bench_fact_number(ctx, "pins_held", (double)uring_pins_held(before, held));
	bench_fact_number(ctx, "vm_pin_before_bytes", (double)before->vm_pin_bytes);
	bench_fact_number(ctx, "vm_pin_registered_bytes", (double)held->vm_pin_bytes);
	bench_fact_number(ctx, "vm_pin_after_bytes", (double)after->vm_pin_bytes);
	bench_fact_number(ctx, "vm_lck_before_bytes", (double)before->vm_lck_bytes);
	bench_fact_number(ctx, "vm_lck_registered_bytes", (double)held->vm_lck_bytes);
	bench_fact_number(ctx, "vm_lck_after_bytes", (double)after->vm_lck_bytes);
}

static int measure(struct bench_ctx *ctx, struct uring_pins *ret_held)
{
	struct uring_case *c = bench_state(ctx);
	struct uring_table table = {&c->rings[0], c->buffers, c->count};
	uint64_t pages = c->backing.bytes / PAGE_BYTES;

	for (int i = 0; i < URING_CALLS; i++) {
		int err = operation_call(ctx, &c->rounds.operations[REGISTER], uring_call_register,
					 &table, pages);

		if (!err && !i && uring_pins_read(ctx, ret_held))
			return -EPROTO;
		if (!err)
			err = uring_unregister(ctx, &table, &c->rounds.operations[UNREGISTER],
					       pages);
		if (err)
			return bench_fail(ctx, err, "registering %u buffers, or unregistering: %s",
					  c->count, strerror(-err));
	}
	return 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct uring_pins before, held, after;
	int err = uring_pins_read(ctx, &before);

	if (!err)
		err = measure(ctx, &held);
	if (!err)
		err = uring_pins_read(ctx, &after);
	if (err)
		return err;
	report_pins(ctx, &before, &held, &after);
	return uring_pins_compare(ctx, &before, &after);
}

static int setup(struct bench_ctx *ctx)
{
	struct uring_table table;
	struct uring_case *c;
	int err = uring_setup(ctx, &c);

	if (!err)
		err = uring_split(ctx, c, (unsigned int)bench_param_size_bytes(ctx, "buffers"));
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_register, URING_CALLS, NULL);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_unregister, URING_CALLS, NULL);
	if (err)
		return err;
	table = (struct uring_table){&c->rings[0], c->buffers, c->count};
	err = uring_probe_unregister(ctx, &table);
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

const struct bench bench_uring_register = {
	.name = "uring/register",
	.summary = "What it costs to pin memory for long as a table of io_uring buffers",
	.path = "io_sqe_buffers_register() -> io_pin_pages() -> pin_user_pages_fast(), long-term "
		"and for writing; io_sqe_buffers_unregister() -> unpin_user_folio()",
	.inside = "io_uring_register_buffers() of the region cut into buffers; "
		  "io_uring_unregister_buffers() of it",
	.outside = "faulting the memory in, opening the ring, reading what is pinned",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.setup = setup,
	.run = run,
	.teardown = uring_teardown,
};
