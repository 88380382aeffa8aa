/*
 * What the benchmarks of family cma share: buffers from a CMA area, asked of a DMA heap or of the
 * DMA API, each measured alone, and what the kernel did for them by its own counters.
 */
#ifndef PINBENCH_BENCH_CMA_BUFFERS_H
#define PINBENCH_BENCH_CMA_BUFFERS_H

#include <errno.h>
#include "bench/core/operation.h"
#include "bench/core/memory/occupant.h"

extern const struct bench_param buffers_param_via;
extern const struct bench_param buffers_param_size;

struct buffers {
	const struct buffers_source *source;
	size_t bytes;
	size_t wanted;
	int heap_fd; /* -1: the DMA API */
	int *fds;    /* of the heap's buffers */
	size_t granted;
	size_t refused;
	double granted_total; /* of their durations, without the clock's own */
	double refused_total;
	struct area_counters counted; /* by the kernel, for those that were asked for */
	uint64_t migrated_in_vain;    /* pages, for those that were refused */
	struct operation alloc;
	struct operation free;
};

/* By the case's parameters. Returns as bench_skip() and bench_fail() do; drop it in any case. */
int buffers_init(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *ret_buffers);
/*
 * Asks for all of them, or until several in a row were refused. What is refused is a result; what
 * did not come from the area fails the case.
 */
int buffers_alloc(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b);
/* The same if they are several, not measured, and gives them back. */
int buffers_warm_up(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b);
double buffers_success_percent(const struct buffers *b);
/* What the kernel counted for buffers_alloc(), as counters of the case. */
void buffers_count(struct bench_ctx *ctx, const struct buffers *b);
/* Samples of what buffers_alloc() did, and forgets it. */
void buffers_report(struct bench_ctx *ctx, struct buffers *b);
/* Gives back those that were granted. */
int buffers_free(struct bench_ctx *ctx, struct buffers *b);
/* Whether what is done from here on is no figure. */
void buffers_rehearse(struct buffers *b, bool rehearsal);
/* Takes zeroed ones. */
void buffers_drop(struct buffers *b);

#endif
