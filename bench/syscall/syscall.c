/*
 * Family syscall, the shared part. Passes are made until two of them cost the same, as the first
 * ones age the pages and fill the kernel's caches; then each repetition is one pass, with the
 * kernel's count of pins taken before and after it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/settle.h"
#include "bench/syscall/syscall.h"

#define MOST_COUNTED_PASSES 12

const struct bench_param syscall_param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", "memfd", "tmpfs", "file", "forked",
					 "unfaulted", NULL},
	.help = "the memory: anonymous, hugetlb, memfd, tmpfs file, file on a filesystem, shared "
		"with a forked child, or not faulted in yet",
};

const struct bench_param syscall_param_io = {
	.name = "io",
	.fallback = "64k",
	.allowed = (const char *const[]){"4k", "16k", "64k", "256k", "1m", "4m", NULL},
	.help = "bytes per call",
};

static const struct syscall_spec *spec_of(const struct bench_ctx *ctx)
{
	return bench_self(ctx)->data;
}

int syscall_transferred(ssize_t got, size_t want)
{
	if (got < 0)
		return -errno;
	return (size_t)got == want ? 0 : -ENODATA;
}

int syscall_io_bytes(struct bench_ctx *ctx, size_t *ret_bytes)
{
	*ret_bytes = bench_param_size_bytes(ctx, "io");
	if (bench_param_size_bytes(ctx, "size") % *ret_bytes)
		return bench_skip(ctx,
				  "a region of %s is no multiple of calls of %s; make size larger",
				  bench_param(ctx, "size"), bench_param(ctx, "io"));
	return 0;
}

int syscall_call(struct bench_ctx *ctx, struct syscall_case *c, size_t operation, const char *what,
		 measured_call call, void *context, uint64_t count)
{
	struct operation *op = &c->operations[operation];
	int err;

	if (c->rehearsing) {
		op->durations.region = DURATIONS_UNMARKED;
		err = measure_call(&op->durations, bench_is_counted(ctx), &op->last_ns, call,
				   context);
	} else {
		err = operation_call(ctx, op, call, context, count);
	}
	if (!err)
		return 0;
	return bench_fail(ctx, err, "%s: %s", what,
			  err == -ENODATA ? "fewer bytes than asked for" : strerror(-err));
}

void syscall_drain_lru(struct syscall_case *c)
{
	madvise(c->scratch, SYSCALL_PAGE_BYTES, MADV_COLD);
}

/*
 * Every pass begins right after a timer tick, with nothing waiting in this CPU's batches of LRU
 * pages and page counters (reading the pins folds the latter): what is left there would be worked
 * off in some later call, and which one would depend on what this process did before.
 */
static int begin_pass(struct bench_ctx *ctx, struct syscall_case *c, struct pins *ret_pins)
{
	for (size_t i = 0; i < SYSCALL_MAX_OPERATIONS; i++)
		c->operations[i].last_ns = 0;
	syscall_drain_lru(c);
	c->passes++;
	return pins_read(ctx, ret_pins);
}

static double forget_pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	double cost = 0;

	for (size_t i = 0; i < spec_of(ctx)->operation_count; i++) {
		cost += (double)durations_sum(&c->operations[i].durations);
		c->operations[i].durations.count = 0;
	}
	return cost;
}

/* Passes that cost the same are past what only first calls pay. */
static int settle(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct settle settle = {.most_counted = MOST_COUNTED_PASSES};
	bool more = true;
	struct pins pins;
	int err = 0;

	c->rehearsing = true;
	while (!err && more) {
		err = begin_pass(ctx, c, &pins);
		if (!err)
			err = spec_of(ctx)->pass(ctx, c);
		more = settle_wants_more(ctx, &settle, forget_pass(ctx, c));
	}
	c->rehearsing = false;
	return err;
}

static int prepare_memory(struct bench_ctx *ctx, struct syscall_case *c)
{
	if (!spec_of(ctx)->remote)
		return backing_prepare(ctx, &c->backing);
	return remote_prepare(ctx, &c->remote);
}

static void drop_memory(struct syscall_case *c)
{
	backing_drop(&c->backing);
	remote_drop(&c->remote);
}

static int init_operations(struct bench_ctx *ctx, struct syscall_case *c)
{
	const struct syscall_spec *spec = spec_of(ctx);
	size_t calls = bench_param_size_bytes(ctx, "size") / SYSCALL_PAGE_BYTES;
	int err = 0;

	c->scratch = aligned_alloc(SYSCALL_PAGE_BYTES, SYSCALL_PAGE_BYTES);
	if (!c->scratch)
		return bench_fail(ctx, ENOMEM, "no memory");
	for (size_t i = 0; !err && i < spec->operation_count; i++)
		err = operation_init(ctx, &spec->operations[i], calls, &c->operations[i]);
	return err;
}

int syscall_setup(struct bench_ctx *ctx)
{
	struct syscall_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	err = init_operations(ctx, c);
	if (!err)
		err = prepare_memory(ctx, c);
	if (!err && spec_of(ctx)->open)
		err = spec_of(ctx)->open(ctx, c);
	if (!err && !backing_is_consumed(ctx))
		err = settle(ctx, c);
	return err;
}

static void report_pins(struct bench_ctx *ctx, const struct pins *pins)
{
	double pages = (double)bench_param_size_bytes(ctx, "size") / SYSCALL_PAGE_BYTES;

	bench_fact_number(ctx, "pages", pages);
	bench_fact_number(ctx, "pins_taken", (double)pins->acquired);
	bench_fact_number(ctx, "pins_given_back", (double)pins->released);
	bench_fact_string(ctx, "pages_held_by",
			  pins->acquired ? "FOLL_PIN" : spec_of(ctx)->unpinned);
}

int syscall_run(struct bench_ctx *ctx)
{
	struct syscall_case *c = bench_state(ctx);
	struct pins before, pins;
	int err = 0;

	if (backing_is_consumed(ctx)) {
		drop_memory(c);
		err = prepare_memory(ctx, c);
	}
	if (!err)
		err = begin_pass(ctx, c, &before);
	if (!err)
		err = spec_of(ctx)->pass(ctx, c);
	if (!err)
		err = pins_account(ctx, &before, &pins);
	if (err)
		return err;
	report_pins(ctx, &pins);
	bench_fact_number(ctx, "calls", (double)c->operations[0].durations.count);
	for (size_t i = 0; i < spec_of(ctx)->operation_count; i++)
		operation_report(ctx, &c->operations[i]);
	return 0;
}

void syscall_teardown(struct bench_ctx *ctx)
{
	struct syscall_case *c = bench_state(ctx);

	if (!c)
		return;
	if (spec_of(ctx)->close)
		spec_of(ctx)->close(c);
	drop_memory(c);
	for (size_t i = 0; i < spec_of(ctx)->operation_count; i++)
		operation_free(&c->operations[i]);
	free(c->scratch);
	free(c);
}
