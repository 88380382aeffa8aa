/*
 * Rounds of measured calls: the operations of a case, each measured some times a round. Rounds that
 * are no part of any figure come first, until they cost the same (settle.h).
 */
#ifndef PINBENCH_BENCH_ROUNDS_H
#define PINBENCH_BENCH_ROUNDS_H

#include "bench/core/operation.h"

#define ROUNDS_MAX_OPERATIONS 6

/* One round: measured calls of the operations, and around them what is not measured. */
typedef int (*rounds_round)(struct bench_ctx *ctx);

struct rounds {
	struct operation operations[ROUNDS_MAX_OPERATIONS]; /* in the order of being added */
	unsigned int count;
	rounds_round round; /* the one that was rehearsed */
};

/*
 * One more operation, with @calls of it a round, and *ret_operation, if not NULL, to measure it
 * with. Returns as bench_fail() does. The second is for what the module measures.
 */
int rounds_add(struct bench_ctx *ctx, struct rounds *rounds, const struct operation_metrics *names,
	       size_t calls, struct operation **ret_operation);
int rounds_add_in_module(struct bench_ctx *ctx, struct rounds *rounds,
			 const struct operation_metrics *names, size_t calls,
			 struct operation **ret_operation);
/* A zeroed one may be freed. */
void rounds_free(struct rounds *rounds);

/* Rounds that are no part of any figure. Returns what the last one did. */
int rounds_rehearse(struct bench_ctx *ctx, struct rounds *rounds, rounds_round round);
/* One more of what was rehearsed, and its report. Returns as it does. */
int rounds_measure(struct bench_ctx *ctx, struct rounds *rounds);
/* One sample of each operation's metrics, of the round since the last report. */
void rounds_report(struct bench_ctx *ctx, struct rounds *rounds);

#endif
