/* An operation measured from user space: see operation.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/operation.h"

/* The guest kernels tick a hundred times a second, of 10^9 instructions. */
#define COUNTED_TICK_INSNS 10000000

int operation_init(struct bench_ctx *ctx, const struct operation_metrics *metrics, size_t calls,
		   struct operation *ret_operation)
{
	int err;

	*ret_operation = (struct operation){.metrics = metrics};
	err = durations_init(&ret_operation->durations, calls);
	if (!err)
		err = measure_overhead(bench_is_counted(ctx), bench_counting(ctx),
				       &ret_operation->overhead);
	if (err)
		return bench_fail(ctx, err, "cannot get ready to measure %zu calls: %s", calls,
				  strerror(-err));
	bench_fact_number(ctx, "user_call_overhead", ret_operation->overhead);
	return 0;
}

int operation_init_in_module(struct bench_ctx *ctx, const struct operation_metrics *metrics,
			     size_t calls, struct operation *ret_operation)
{
	int err;

	*ret_operation = (struct operation){
		.metrics = metrics, .overhead = bench_call_overhead(ctx), .in_module = true};
	err = durations_init(&ret_operation->durations, calls);
	return err ? bench_fail(ctx, err, "no memory for %zu durations", calls) : 0;
}

void operation_free(struct operation *op)
{
	durations_free(&op->durations);
}

static int region_of(struct bench_ctx *ctx, const struct operation *op)
{
	const struct operation_metrics *m = op->metrics;

	if (op->rehearsal)
		return DURATIONS_UNMARKED;
	return op->in_module ? bench_region(ctx, m->each, m->per)
			     : bench_region_in_user_space(ctx, m->each, m->per);
}

int operation_region(struct bench_ctx *ctx, struct operation *op)
{
	op->durations.region = region_of(ctx, op);
	op->durations.counting = bench_counting(ctx);
	return op->durations.region;
}

struct pinbench_samples operation_request(struct bench_ctx *ctx, struct operation *op,
					  uint64_t *durations, size_t capacity)
{
	struct durations d = {.values = durations, .capacity = capacity};

	d.region = operation_region(ctx, op);
	d.counting = op->durations.counting;
	return durations_request(&d, bench_is_counted(ctx));
}

int operation_add(struct operation *op, const uint64_t *durations, size_t calls, uint64_t count)
{
	struct durations *d = &op->durations;

	if (calls > d->capacity - d->count)
		return -ENOSPC;
	/* Others have been noted where they were made. */
	if (op->in_module)
		counting_note(d->counting, d->region, calls);
	memcpy(d->values + d->count, durations, calls * sizeof(*durations));
	d->count += calls;
	op->done += count;
	return 0;
}

int operation_ioctl(struct bench_ctx *ctx, struct operation *op, unsigned long request,
		    void *argument, struct pinbench_samples *samples, size_t capacity,
		    uint64_t each)
{
	uint64_t *durations = calloc(capacity, sizeof(*durations));
	int err = 0;

	if (!durations)
		return -ENOMEM;
	*samples = operation_request(ctx, op, durations, capacity);
	if (ioctl(bench_module_fd(ctx), request, argument))
		err = -errno;
	if (!err)
		err = operation_add(op, durations, samples->count, samples->count * each);
	free(durations);
	return err;
}

int operation_ioctl_shared(struct bench_ctx *ctx, unsigned long request, void *argument,
			   const struct operation_share shares[2], size_t capacity, uint64_t each)
{
	uint64_t *durations = calloc(2 * capacity, sizeof(*durations));
	int err = 0;

	if (!durations)
		return -ENOMEM;
	for (int i = 0; i < 2; i++)
		*shares[i].samples = operation_request(ctx, shares[i].op,
						       durations + (size_t)i * capacity, capacity);
	if (ioctl(bench_module_fd(ctx), request, argument))
		err = -errno;
	for (int i = 0; !err && i < 2; i++)
		err = operation_add(shares[i].op, durations + (size_t)i * capacity,
				    shares[i].samples->count, shares[i].samples->count * each);
	free(durations);
	return err;
}

int operation_call(struct bench_ctx *ctx, struct operation *op, measured_call call, void *context,
		   uint64_t count)
{
	int err;

	operation_region(ctx, op);
	err = measure_call(&op->durations, bench_is_counted(ctx), &op->last_ns, call, context);
	if (!err)
		op->done += count;
	return err;
}

double operation_each(const struct operation *op)
{
	return durations_total(&op->durations, op->overhead) / (double)op->done;
}

uint64_t operation_forget(struct operation *op)
{
	uint64_t ret = durations_sum(&op->durations);

	op->durations.count = 0;
	op->done = 0;
	return ret;
}

/*
 * A call that is longer than the time between two timer ticks holds some, and what those do may
 * differ by a few hundred instructions from one boot to the next.
 */
static void tell_ticks(struct bench_ctx *ctx, const struct operation *op)
{
	uint64_t ticks = durations_sum(&op->durations) / COUNTED_TICK_INSNS;

	if (bench_is_counted(ctx) && ticks)
		bench_fact_number(ctx, "ticks_in_calls", (double)ticks);
}

void operation_report(struct bench_ctx *ctx, struct operation *op)
{
	const struct operation_metrics *metrics = op->metrics;
	struct durations *d = &op->durations;

	if (!d->count)
		return;
	tell_ticks(ctx, op);
	bench_region_add(ctx, d->region, d->count, durations_sum(d), op->overhead, op->done);
	bench_sample(ctx, metrics->each, operation_each(op));
	bench_sample(ctx, metrics->call_p50, durations_quantile(d, 0.5, op->overhead));
	bench_sample(ctx, metrics->call_p99, durations_quantile(d, 0.99, op->overhead));
	bench_sample(ctx, metrics->call_max, durations_quantile(d, 1, op->overhead));
	operation_forget(op);
}
