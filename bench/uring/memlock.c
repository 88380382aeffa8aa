/*
 * uring/memlock: what accounting against RLIMIT_MEMLOCK costs a registration, and what one costs
 * that it refuses. Who has CAP_IPC_LOCK is not charged; whether he has is decided when the ring is
 * opened, so one process has a ring of each kind.
 *
 * Timed: io_uring_register_buffers() of the region in one buffer, by a ring that is not charged, by
 * one that is, and by one that is and goes beyond the limit.
 * Excluded: unregistering; setting the limit.
 * Path: io_sqe_buffer_register() -> io_pin_pages(), io_buffer_account_pin() -> __io_account_mem(),
 * which comes last: a refused registration has pinned everything
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include "bench/uring/limit.h"

#define PAGE_BYTES 4096ul

enum operations {
	UNCHARGED,
	CHARGED,
	REFUSED
};

static const struct operation_metrics names_uncharged = OPERATION_NAMES("uncharged", "page");
static const struct operation_metrics names_charged = OPERATION_NAMES("charged", "page");
static const struct operation_metrics names_refused = OPERATION_NAMES("refused", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("charged", "page", "registering without CAP_IPC_LOCK", false),
	OPERATION_METRICS("uncharged", "page", "registering with CAP_IPC_LOCK", false),
	OPERATION_METRICS("refused", "page",
			  "registering beyond RLIMIT_MEMLOCK: pinned, refused and unpinned", false),
	{.name = "charge",
	 .per = "call",
	 .help = "charged minus uncharged: what accounting costs a registration",
	 .exploratory = true},
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&uring_param_backing,
	&backing_param_page,
	&backing_param_size,
	NULL,
};

/* Being refused is what the call is for; anything else is not. */
static int call_refused(void *table)
{
	int err = uring_call_register(table);

	if (err == -ENOMEM)
		return 0;
	return err ? err : -EPROTO;
}

static int measure_limited(struct bench_ctx *ctx, struct uring_case *c, struct uring_table *table)
{
	uint64_t bytes = c->backing.bytes;
	int err = limit_set(ctx, bytes - PAGE_BYTES);

	if (err)
		return err;
	err = operation_call(ctx, &c->rounds.operations[REFUSED], call_refused, table,
			     bytes / PAGE_BYTES);
	if (err == -EPROTO)
		return bench_fail(ctx, err, "%llu bytes were registered beyond the limit",
				  (unsigned long long)bytes);
	if (err)
		return bench_fail(ctx, err, "going beyond the limit gave no ENOMEM, but: %s",
				  strerror(-err));
	return limit_set(ctx, RLIM_INFINITY);
}

static int measure_allowed(struct bench_ctx *ctx, struct operation *op, struct uring_table *table,
			   struct uring_pins *ret_pins)
{
	const struct uring_case *c = bench_state(ctx);
	int err =
		operation_call(ctx, op, uring_call_register, table, c->backing.bytes / PAGE_BYTES);

	if (!err && uring_pins_read(ctx, ret_pins))
		return -EPROTO;
	if (!err)
		err = uring_call_unregister(table);
	return err ? bench_fail(ctx, err, "registering, or unregistering: %s", strerror(-err)) : 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);
	struct uring_table free = {&c->rings[0], c->buffers, 1};
	struct uring_table paying = {&c->rings[1], c->buffers, 1};
	struct uring_table refused = {&c->rings[2], c->buffers, 1};
	struct uring_pins before, uncharged, charged, after;
	int err = uring_pins_read(ctx, &before);

	for (int i = 0; !err && i < URING_CALLS; i++) {
		err = measure_allowed(ctx, &c->rounds.operations[UNCHARGED], &free, &uncharged);
		if (!err)
			err = measure_allowed(ctx, &c->rounds.operations[CHARGED], &paying,
					      &charged);
		if (!err)
			err = measure_limited(ctx, c, &refused);
	}
	if (!err)
		err = uring_pins_read(ctx, &after);
	if (err)
		return err;
	bench_fact_number(ctx, "vm_pin_uncharged_bytes", (double)uncharged.vm_pin_bytes);
	bench_fact_number(ctx, "vm_pin_charged_bytes", (double)charged.vm_pin_bytes);
	bench_fact_number(ctx, "pins_left", (double)uring_pins_held(&before, &after));
	bench_fact_number(ctx, "vm_pin_left_bytes",
			  (double)after.vm_pin_bytes - (double)before.vm_pin_bytes);
	return uring_pins_compare(ctx, &before, &after);
}

static int setup(struct bench_ctx *ctx)
{
	const struct operation_metrics *names[] = {&names_uncharged, &names_charged,
						   &names_refused};
	struct uring_case *c;
	int err = uring_setup(ctx, &c);

	if (!err)
		err = limit_add_charged_ring(ctx, c);
	/* One of its own to be refused by: what a failed call leaves ready, the next one has. */
	if (!err)
		err = limit_add_charged_ring(ctx, c);
	if (!err)
		err = limit_set(ctx, RLIM_INFINITY);
	if (!err)
		err = uring_split(ctx, c, 1);
	for (int i = UNCHARGED; !err && i <= REFUSED; i++)
		err = rounds_add(ctx, &c->rounds, names[i], URING_CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

/*
 * What the limit accepts is the same before and after: refused calls left no charge behind, which
 * user->locked_vm alone would show, and that is in no file.
 */
static int run(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);
	rlim_t limit = c->backing.bytes / 2;
	uint64_t accepted, accepted_after;
	int err = limit_find_accepted(ctx, c, limit, &accepted);

	if (!err)
		err = round_of_calls(ctx);
	if (!err)
		err = limit_find_accepted(ctx, c, limit, &accepted_after);
	if (err)
		return err;
	bench_fact_number(ctx, "limit_bytes", (double)limit);
	bench_fact_number(ctx, "accepted_bytes", (double)accepted);
	bench_fact_string(ctx, "errno_beyond_limit", "ENOMEM");
	if (accepted != accepted_after)
		return bench_fail(ctx, EPROTO, "the limit let %llu bytes pass, and now lets %llu",
				  (unsigned long long)accepted, (unsigned long long)accepted_after);
	bench_sample(ctx, "charge",
		     (operation_each(&c->rounds.operations[CHARGED]) -
		      operation_each(&c->rounds.operations[UNCHARGED])) *
			     (double)(c->backing.bytes / PAGE_BYTES));
	rounds_report(ctx, &c->rounds);
	return 0;
}

const struct bench bench_uring_memlock = {
	.name = "uring/memlock",
	.summary = "What RLIMIT_MEMLOCK costs an io_uring registration, and one that it refuses",
	.path = "io_sqe_buffer_register() -> io_pin_pages(), io_buffer_account_pin() -> "
		"__io_account_mem()",
	.inside = "io_uring_register_buffers() of the region: not charged (CAP_IPC_LOCK), charged, "
		  "and charged beyond the limit",
	.outside = "unregistering, setting the limit, looking for what it accepts",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.setup = setup,
	.run = run,
	.teardown = uring_teardown,
};
