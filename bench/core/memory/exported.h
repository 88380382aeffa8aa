/*
 * A buffer of the module's dma-buf exporter, and this process's mapping of it, which the exporter's
 * fault handler fills in.
 */
#ifndef PINBENCH_BENCH_EXPORTED_H
#define PINBENCH_BENCH_EXPORTED_H

#include <stdint.h>
#include "pinbench/bench.h"
#include "pinbench/uapi.h"
#include "bench/core/pci.h"

#define EXPORTED_PAGE_BYTES 4096ul

struct exported {
	int fd;		 /* of the dma-buf, or of what is mapped like one; or -1 */
	uint64_t offset; /* in that; 0 of a dma-buf */
	uint64_t bytes;
	uint64_t pages;
	uint32_t insert; /* enum pinbench_insert */
	/* Where this process has it mapped, or would have: at a multiple of 2 MiB. */
	void *map;
	void *reserved; /* the address range that this is a part of; NULL: none yet */
};

extern const struct bench_param exported_param_size;
extern const struct bench_param exported_param_segment;
extern const struct bench_param exported_param_table;
extern const struct bench_param exported_param_bar_table; /* its like for a BAR */

/*
 * By the parameters size, segment and table, or what those fall back to; @flags are
 * PINBENCH_DMABUF_* of uapi.h. Returns as bench_skip() and bench_fail() do. To be dropped in any
 * case.
 */
int exported_make(struct bench_ctx *ctx, uint32_t flags, uint32_t insert,
		  struct exported *ret_exported);
/* The same of a BAR of a device that was given to the module, which must be large enough. */
int exported_make_bar(struct bench_ctx *ctx, const struct pci_device *device, uint32_t bar,
		      uint32_t insert, struct exported *ret_exported);
void exported_drop(struct exported *e);

/* Returns as bench_fail() does. */
int exported_counts(struct bench_ctx *ctx, const struct exported *e,
		    struct pinbench_dmabuf_counts *ret_counts);

/* Reserves addresses for mapping it, or anything else of as many bytes. 0 or -errno. */
int exported_reserve(struct exported *e);

/*
 * Calls that may be measured, of a struct exported: 0 or -errno. The first reserves addresses, and
 * maps the buffer there; the others need that it did.
 */
int exported_prepare(void *exported);
int exported_map(void *exported);
int exported_advise(void *exported); /* that whole PMDs are welcome */
int exported_touch(void *exported);  /* reads a byte of each page */
int exported_unmap(void *exported);

#endif
