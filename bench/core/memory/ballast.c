/* Memory taken away for a while: see ballast.h. */
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/memory/ballast.h"

#define SYSTEM_HEAP "/dev/dma_heap/system"
#define PIECE_BYTES (4ul << 20)

static uint64_t free_outside_bytes(void)
{
	uint64_t free_bytes = 0, cma_bytes = 0;

	meminfo_read("MemFree", &free_bytes);
	meminfo_read("CmaFree", &cma_bytes);
	return free_bytes - cma_bytes;
}

static int take_piece(int heap)
{
	struct dma_heap_allocation_data piece = {.len = PIECE_BYTES,
						 .fd_flags = O_RDWR | O_CLOEXEC};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &piece) ? -1 : (int)piece.fd;
}

void ballast_take(struct ballast *b, size_t leave_bytes)
{
	int heap = open(SYSTEM_HEAP, O_RDONLY | O_CLOEXEC), fd = 0;
	uint64_t available_bytes = 0;
	size_t most;

	*b = (struct ballast){0};
	meminfo_read("MemAvailable", &available_bytes);
	most = available_bytes / 2 / PIECE_BYTES;
	b->fds = calloc(most + 1, sizeof(*b->fds));
	while (heap >= 0 && b->fds && fd >= 0 && b->count < most &&
	       free_outside_bytes() > leave_bytes + PIECE_BYTES) {
		fd = take_piece(heap);
		if (fd >= 0)
			b->fds[b->count++] = fd;
	}
	if (heap >= 0)
		close(heap);
}

void ballast_drop(struct ballast *b)
{
	while (b->count)
		close(b->fds[--b->count]);
	free(b->fds);
	b->fds = NULL;
}
