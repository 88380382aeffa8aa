/*
 * An operation measured from user space, many times: what a benchmark needs around
 * measure.h to make metrics of it. Between two measured calls the benchmark does what it
 * likes, which is no part of the figure.
 */
#ifndef PINBENCH_BENCH_OPERATION_H
#define PINBENCH_BENCH_OPERATION_H

#include "bench/core/measure.h"

/* Names of an operation's metrics; per is what the first is divided by: "page", "call". */
struct operation_metrics {
	const char *each;
	const char *per;
	const char *call_p50;
	const char *call_p99;
	const char *call_max;
};

/* The names for OPERATION_METRICS(verb, unit, ...). */
#define OPERATION_NAMES(verb, unit)                                              \
	{                                                                        \
		verb, unit, verb "_call_p50", verb "_call_p99", verb "_call_max" \
	}

/* clang-format off */
/* Entries of a benchmark's list of metrics: all, or those behind the first. */
#define OPERATION_METRICS(verb, unit, what, secondary)                                            \
	{.name = verb, .per = unit, .help = what, .exploratory = secondary},                      \
	OPERATION_CALL_METRICS(verb)
#define OPERATION_CALL_METRICS(verb)                                                              \
	{.name = verb "_call_p50", .per = "call", .help = "median call", .exploratory = true},    \
	{.name = verb "_call_p99", .per = "call", .help = "99th percentile of the calls",         \
	 .exploratory = true},                                                                    \
	{.name = verb "_call_max", .per = "call", .help = "longest call", .exploratory = true}
/* clang-format on */

struct operation {
	const struct operation_metrics *metrics;
	struct durations durations;
	double overhead;  /* of measuring one call */
	uint64_t done;	  /* operations in the calls so far */
	uint64_t last_ns; /* of measure_call() */
	/* By the caller: these calls are to warm up, and carry no marks; operation_forget() them */
	bool rehearsal;
	bool in_module; /* measured by the module, not here */
};

/*
 * Room for @calls of it between two reports, and what measuring one costs. Returns as bench_fail()
 * does. To be freed in any case; a zeroed operation may be.
 */
int operation_init(struct bench_ctx *ctx, const struct operation_metrics *metrics, size_t calls,
		   struct operation *ret_operation);
/*
 * The same for calls that the module measures: their requests are made by operation_request(), and
 * their durations are handed to operation_add().
 */
int operation_init_in_module(struct bench_ctx *ctx, const struct operation_metrics *metrics,
			     size_t calls, struct operation *ret_operation);
void operation_free(struct operation *op);

/*
 * One measured call, which does @count operations. 0, or the call's error, after which the call
 * is no part of the figure; -ENOSPC if it was one more than there is room for.
 */
int operation_call(struct bench_ctx *ctx, struct operation *op, measured_call call, void *context,
		   uint64_t count);
/* Its region, for who measures a call elsewhere, to be handed to operation_add(). */
int operation_region(struct bench_ctx *ctx, struct operation *op);
/* The samples of an ioctl of at most @capacity calls, to be put at @durations. */
struct pinbench_samples operation_request(struct bench_ctx *ctx, struct operation *op,
					  uint64_t *durations, size_t capacity);
/* The calls that came back, which did @count operations in all. 0, or -ENOSPC. */
int operation_add(struct operation *op, const uint64_t *durations, size_t calls, uint64_t count);
/*
 * An ioctl of the module's that measures at most @capacity calls of @each operations: @samples is
 * where in @argument they are asked for. 0, or -errno of the ioctl, or -ENOSPC.
 */
int operation_ioctl(struct bench_ctx *ctx, struct operation *op, unsigned long request,
		    void *argument, struct pinbench_samples *samples, size_t capacity,
		    uint64_t each);
/* The same where the ioctl measures two things, each of @capacity calls. */
struct operation_share {
	struct operation *op;
	struct pinbench_samples *samples;
};
int operation_ioctl_shared(struct bench_ctx *ctx, unsigned long request, void *argument,
			   const struct operation_share shares[2], size_t capacity, uint64_t each);
/* The figure of the calls since the last report: what one operation took. */
double operation_each(const struct operation *op);
/* What the calls since the last report took in all; they are no part of any figure. */
uint64_t operation_forget(struct operation *op);
/* Makes one sample of each metric of the calls since the last report, and forgets them. */
void operation_report(struct bench_ctx *ctx, struct operation *op);

#endif
