/*
 * The memory under test, prepared in one place. What a backing promises (resident,
 * of this folio size, the zero page, not there yet) is verified against the
 * kernel's page flags; a promise that the machine does not keep is a skip.
 */
#ifndef PINBENCH_BACKING_H
#define PINBENCH_BACKING_H

#include <sys/types.h>
#include "pinbench/bench.h"

struct backing_kind;

struct backing {
	const struct backing_kind *kind;
	void *addr; /* aligned to 2 MiB, and to its folio size */
	size_t bytes;
	size_t mapped_bytes; /* in whole hugetlb pages */
	size_t folio_bytes;  /* promised; 0: the filesystem decides */
	int fd;		     /* of the file mapped, or -1 */
	void *reserved;	     /* the address range that addr lies in */
	size_t reserved_bytes;
	pid_t sharer;	    /* the child that shares the pages, or 0 */
	char thp_saved[32]; /* /sys values to put back; empty: untouched */
	char mthp_saved[32];
};

/* The parameters that a benchmark on user memory takes: backing, page and size. */
extern const struct bench_param backing_param_backing;
extern const struct bench_param backing_param_page;
extern const struct bench_param backing_param_size;

/* By the case's parameters. Returns as bench_skip() and bench_fail() do. */
int backing_prepare(struct bench_ctx *ctx, struct backing *ret_backing);
/* Unmaps, closes, ends the sharer, puts settings back. Takes a zeroed backing. */
void backing_drop(struct backing *b);
/* True if pinning changes it, so that each repetition wants a new one. */
bool backing_is_consumed(const struct bench_ctx *ctx);

#endif
