/*
 * A CMA area of this machine: where it lies, and what the kernel counts about it. Its place
 * comes from debugfs (CONFIG_CMA_DEBUGFS): nothing else tells it.
 */
#ifndef PINBENCH_MEMORY_AREA_H
#define PINBENCH_MEMORY_AREA_H

#include "pinbench/bench.h"

#define AREA_PAGE_BYTES 4096ul

struct cma_area {
	char name[64];	    /* the kernel's */
	uint64_t base_pfn;  /* first frame */
	uint64_t pages;	    /* in all */
	char heap_path[96]; /* the DMA heap that allocates from it; empty: there is none */
};

/* What lies in the frames of an area, by /proc/kpageflags. */
struct area_survey {
	uint64_t free_pages; /* in the buddy allocator */
	uint64_t anon_pages;
	uint64_t file_pages;  /* of the page cache */
	uint64_t other_pages; /* allocated, or on their way between lists */
};

/* What the kernel counted so far; what it does not count is 0. */
struct area_counters {
	uint64_t allocs;	/* cma_alloc() that succeeded: all areas */
	uint64_t refusals;	/* and that failed */
	uint64_t pages_alloced; /* in this area, by CMA_SYSFS */
	uint64_t pages_refused;
	uint64_t pages_migrated; /* pgmigrate_success */
	uint64_t pages_stuck;	 /* pgmigrate_fail */
};

/* The largest area. Returns as bench_skip() does where there is none, or none to be seen. */
int cma_area_find(struct bench_ctx *ctx, struct cma_area *ret_area);
/* Pages that are allocated by cma_alloc(). 0 or -errno. */
int cma_area_used(const struct cma_area *area, uint64_t *ret_pages);
bool cma_area_has(const struct cma_area *area, uint64_t pfn);
/* 0 or -errno: EPERM without root. */
int cma_area_survey(const struct cma_area *area, struct area_survey *ret_survey);
/* 0, or -ENOENT for a kernel without CMA. */
int cma_area_count(const struct cma_area *area, struct area_counters *ret_counters);

#endif
