/*
 * Anonymous memory of which the case knows where each page lies: in a CMA area, or outside.
 * Pages are asked for until enough of them lie there, and looked up in /proc/self/pagemap.
 */
#ifndef PINBENCH_MEMORY_POOL_H
#define PINBENCH_MEMORY_POOL_H

#include "bench/core/memory/area.h"

struct cma_pool {
	const struct cma_area *area;
	unsigned char *mapped; /* the address range */
	size_t capacity_pages; /* of it */
	unsigned char *addr;   /* where the pages of the pool begin in it */
	size_t filled_pages;   /* faulted in, from the start */
	uint64_t *pfns;	       /* of the filled ones, as of the last look; 0: not there */
	size_t inside_pages;   /* of those, in the area */
};

/*
 * Fills memory until exactly @inside_pages of it lie in the area. A machine that does not put them
 * there is a skip. Returns as bench_skip() and bench_fail() do; drop it in any case.
 */
int cma_pool_fill(struct bench_ctx *ctx, const struct cma_area *area, size_t inside_pages,
		  struct cma_pool *ret_pool);
/* The same, where all pages of the pool lie in the area. */
int cma_pool_fill_inside(struct bench_ctx *ctx, const struct cma_area *area, size_t pages,
			 struct cma_pool *ret_pool);
/* The same with no page in the area: what was there is moved out. Needs the module. */
int cma_pool_fill_outside(struct bench_ctx *ctx, const struct cma_area *area, size_t pages,
			  struct cma_pool *ret_pool);
/* Gives back all pages but @keep of those in the area, drawn at random, the same every time. */
int cma_pool_thin(struct bench_ctx *ctx, struct cma_pool *pool, size_t keep);
/* Looks again where the pages are. Returns as bench_fail() does. */
int cma_pool_look(struct bench_ctx *ctx, struct cma_pool *pool);
/*
 * The addresses of the pages in the area, as many as inside_pages, to be freed by the caller; NULL
 * without memory.
 */
uint64_t *cma_pool_addresses(const struct cma_pool *pool);
/* Of the page in the area that lies closest to its middle; 0: none does. */
uint64_t cma_pool_middle(const struct cma_pool *pool);
/* Takes a zeroed pool. */
void cma_pool_drop(struct cma_pool *pool);

#endif
