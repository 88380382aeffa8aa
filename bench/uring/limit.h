/* RLIMIT_MEMLOCK, and rings that are charged against it. */
#ifndef PINBENCH_BENCH_URING_LIMIT_H
#define PINBENCH_BENCH_URING_LIMIT_H

#include <sys/resource.h>
#include "bench/uring/uring.h"

/* Of this process: what may be charged. Returns as bench_fail() does. */
int limit_set(struct bench_ctx *ctx, rlim_t bytes);
/* One more ring, that is charged as one of a user without CAP_IPC_LOCK. */
int limit_add_charged_ring(struct bench_ctx *ctx, struct uring_case *c);
/*
 * The largest buffer at the region's beginning that the third ring, which is charged, may register
 * under @limit. Then nothing is limited again.
 */
int limit_find_accepted(struct bench_ctx *ctx, struct uring_case *c, rlim_t limit,
			uint64_t *ret_bytes);

#endif
