/*
 * How the pages of memory under test lie to each other: whoever maps physical ranges (an IOMMU, a
 * scatter list) does it once for each range of neighbours, and those depend on what was freed
 * before.
 */
#ifndef PINBENCH_MEMORY_LAYOUT_H
#define PINBENCH_MEMORY_LAYOUT_H

#include "bench/core/backing.h"

/* The parameter of a benchmark whose figure depends on it; with those of backing.h. */
extern const struct bench_param layout_param;

/*
 * Lays out what backing_prepare() made as the case asks, looks whether it lies so, and says in a
 * fact of how many contiguous pieces it consists. A skip if it cannot be, or is not. Returns as
 * bench_skip() and bench_fail() do.
 */
int layout_arrange(struct bench_ctx *ctx, struct backing *backing);
/* Whether nobody chose how the case's pages of 4 KiB lie, so that another kernel may do it
 * otherwise. */
bool layout_is_chance(const struct bench_ctx *ctx);

#endif
