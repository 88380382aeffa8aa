/*
 * Memory taken away for a while so that what is allocated meanwhile has to go elsewhere: the
 * kernel puts movable pages into a CMA area only while that has more free pages than the rest.
 */
#ifndef PINBENCH_MEMORY_BALLAST_H
#define PINBENCH_MEMORY_BALLAST_H

#include <stddef.h>

struct ballast {
	int *fds;
	size_t count;
};

/*
 * Takes free memory outside CMA areas, in pages that are not movable, until @leave_bytes of it are
 * left, but never more than @most_bytes, nor what brings a zone near its watermarks. As much as the
 * system DMA heap gives; what it does not give is missed by whoever looks where the pages went.
 */
void ballast_take(struct ballast *b, size_t leave_bytes, size_t most_bytes);
/* Takes what the DMA heap @heap gives, in pieces of 32 MiB down to @smallest_bytes. 0 or -errno. */
int ballast_take_all(struct ballast *b, const char *heap, size_t smallest_bytes);
/* Gives it back. Takes a zeroed one. */
void ballast_drop(struct ballast *b);

#endif
