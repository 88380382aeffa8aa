/*
 * A killed process that has all its memory still, and memory taken from it by process_mrelease():
 * the kernel gives it away because it knows that the process will not come back.
 */
#ifndef PINBENCH_BENCH_NOTIFIER_DYING_H
#define PINBENCH_BENCH_NOTIFIER_DYING_H

#include <sys/types.h>
#include "pinbench/bench.h"

struct dying {
	pid_t pid;
	int pidfd;
	int error; /* of dying_reap() */
};

/*
 * Kills the child @pid, and stops it on its way out. Returns as bench_skip() and bench_fail() do;
 * let it go in any case.
 */
int dying_stop(struct bench_ctx *ctx, pid_t pid, struct dying *ret_dying);
/* process_mrelease(), to be measured: always 0, for refusing is an answer. */
int dying_reap(void *context);
/* It goes on to its end, which is for the caller to wait for. */
void dying_let_go(struct dying *dying);

#endif
