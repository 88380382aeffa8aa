/* An io_uring ring for a benchmark: what a machine that gives none is told. */
#ifndef PINBENCH_BENCH_RING_H
#define PINBENCH_BENCH_RING_H

#include <liburing.h>
#include "pinbench/bench.h"

/* Enough for who submits one request at a time. */
#define RING_ENTRIES 8

/*
 * A ring of so many entries with no flags, as a program that knows nothing of them opens one; to be
 * closed by io_uring_queue_exit() if this returned 0. A kernel without io_uring, or one that
 * refuses it, is a skip that says what would change that.
 */
int ring_open(struct bench_ctx *ctx, unsigned int entries, struct io_uring *ret_ring);
/* What a request gave: submits all that is prepared, and waits for one. Its result or -errno. */
int ring_submit_one(struct io_uring *ring);

#endif
