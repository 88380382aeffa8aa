/*
 * A crew: processes that share something with this one, and make measured calls when they are told
 * to, one at a time. Each is a child that was forked with all that this process had; it ends with
 * it.
 */
#ifndef PINBENCH_CREW_H
#define PINBENCH_CREW_H

#include <sys/types.h>
#include "bench/core/operation.h"

#define CREW_MAX_MEMBERS 64

struct crew {
	unsigned int members;
	struct crew_member {
		pid_t pid;
		int ask; /* pipes to it and from it */
		int answer;
	} member[CREW_MAX_MEMBERS];
};

/*
 * Adds a child. It calls prepare(context) once, on its copy of everything, and waits then. Returns
 * as bench_fail() does, also for an error of prepare().
 */
int crew_add(struct bench_ctx *ctx, struct crew *crew, measured_call prepare, void *context);
/* Ends all of them. Takes a zeroed crew. */
void crew_drop(struct crew *crew);

/*
 * Each member in its turn makes one call, measured as @op, which does @count operations; not
 * measured if @op is NULL. Returns as bench_fail() does.
 */
int crew_call(struct bench_ctx *ctx, struct crew *crew, struct operation *op, measured_call call,
	      uint64_t count);

/*
 * The member number @i begins a call that is not measured, which may take its time, while this
 * process and the others go on; and it is waited for. Return as bench_fail() does.
 */
int crew_begin(struct bench_ctx *ctx, struct crew *crew, unsigned int i, measured_call call);
int crew_end(struct bench_ctx *ctx, struct crew *crew, unsigned int i);
/* The same as crew_call() of one member. */
int crew_call_one(struct bench_ctx *ctx, struct crew *crew, unsigned int i, struct operation *op,
		  measured_call call, uint64_t count);

#endif
