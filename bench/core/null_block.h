/*
 * A null block device: transfers that go nowhere, so that what is left is the way to it. Any other
 * device holds somebody's data and is not touched.
 */
#ifndef PINBENCH_BENCH_NULL_BLOCK_H
#define PINBENCH_BENCH_NULL_BLOCK_H

#include "pinbench/bench.h"

#define NULL_BLOCK_NAME	  "nullb0"
#define NULL_BLOCK_DEVICE "/dev/" NULL_BLOCK_NAME

/*
 * For direct I/O, if it is one that null_blk made, that nobody else holds, and that does not keep
 * what is written; else a skip. Says by facts how it is set up. Returns as bench_skip() and
 * bench_fail() do; the descriptor is the caller's.
 */
int null_block_open(struct bench_ctx *ctx, int *ret_fd);

#endif
