/*
 * A gang: workers that do the same at the same time, each on a CPU. They are threads of this
 * process, which share its mm, or processes, each with an mm of its own. They are there from
 * gang_start() to gang_stop(); a process of them ends with this one, too.
 */
#ifndef PINBENCH_BENCH_GANG_H
#define PINBENCH_BENCH_GANG_H

#include "pinbench/bench.h"

#define GANG_MAX_WORKERS 64

struct gang;

/* What a worker does, in its thread or process, on @own, which is its alone and zeroed at first. */
struct gang_work {
	size_t own_bytes;
	/*
	 * Once, on the worker's CPU, one worker after the other. Returns as bench_skip() and
	 * bench_fail() do; facts that it tells are lost in a process. end() follows in any case.
	 */
	int (*begin)(struct bench_ctx *ctx, void *own);
	/* What is measured, again and again. 0, or -errno, which fails the case. */
	int (*pass)(void *own);
	void (*end)(void *own);
};

enum gang_kind {
	GANG_THREADS,
	GANG_PROCESSES
};

/* What all of them did while all of them were at it. */
struct gang_result {
	uint64_t window_ns; /* that long, without what comes next */
	uint64_t warmup_ns; /* what was left out at its beginning */
	unsigned int workers;
	double passes[GANG_MAX_WORKERS]; /* of each in the window; above 0 */
};

/*
 * Workers that are ready, each on a CPU of the case's, in turn; to be freed by gang_stop(), also
 * after an error if it is not NULL. Borrows @work. Returns as bench_skip() and bench_fail() do.
 */
int gang_start(struct bench_ctx *ctx, const struct gang_work *work, enum gang_kind kind,
	       unsigned int workers, struct gang **ret_gang);
/*
 * All of them work, from one signal on until @window_ns after the last one has begun. Returns as
 * bench_fail() does: for an error of one, for one that died, and if they were never all at it.
 * After an error it is stopped, not run again.
 */
int gang_run(struct bench_ctx *ctx, struct gang *gang, uint64_t window_ns,
	     struct gang_result *ret_result);
/* Ends all of them and waits for that. NULL may be given. */
void gang_stop(struct gang *gang);

#endif
