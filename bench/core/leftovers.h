/*
 * What a case may have left behind in the kernel: pins, locked memory, pages of a CMA area, shared
 * buffers, devices of the module. All of them can be seen, so a case that leaves some is a failure,
 * whatever it measured.
 */
#ifndef PINBENCH_BENCH_LEFTOVERS_H
#define PINBENCH_BENCH_LEFTOVERS_H

#include "bench/core/context.h"

struct leftovers {
	uint64_t pins; /* taken and not given back */
	uint64_t mlocked_bytes;
	uint64_t cma_used_pages; /* of all areas; 0 where that cannot be seen */
	uint64_t dma_bufs;	 /* the same; both by leftovers_note_all() only */
	uint64_t devices;	 /* platform devices of the module: importers, and who allocates */
};

/* What there is now, of whoever it is. What this kernel does not count is 0. */
void leftovers_note(struct leftovers *ret_now);
/*
 * With buffers and devices, which are in lists: reading those before a case would move its figures
 * by some hundredths of a percent. They begin at 0 in a guest: nobody else has any.
 */
void leftovers_note_all(struct leftovers *ret_now);
/*
 * Whether there is more than @before. Waits up to a second for it to go: some of it is given back
 * by workers of the kernel. Returns as bench_fail() does.
 */
int leftovers_check(struct bench_ctx *ctx, const struct leftovers *before);

#endif
