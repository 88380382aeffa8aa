/* Memory taken away for a while: see ballast.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/memory/ballast.h"

#define SYSTEM_HEAP   "/dev/dma_heap/system"
#define PIECE_BYTES   (4ul << 20)
#define MOST_PIECES   512
#define LARGEST_BYTES (32ul << 20)

static uint64_t free_outside_bytes(void)
{
	uint64_t free_bytes = 0, cma_bytes = 0;

	meminfo_read("MemFree", &free_bytes);
	meminfo_read("CmaFree", &cma_bytes);
	return free_bytes - cma_bytes;
}

/*
 * Below its high watermark a zone is short of memory, and what we take from it would be somebody's
 * death. The kernel raises the watermarks for a while when memory is fragmented.
 */
static uint64_t high_watermarks_bytes(void)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	unsigned long long pages;
	uint64_t sum = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " high %llu", &pages) == 1)
			sum += pages * 4096;
	}
	if (file)
		fclose(file);
	return sum;
}

static bool is_enough_left(size_t leave_bytes)
{
	uint64_t floor = high_watermarks_bytes() + PIECE_BYTES;

	if (leave_bytes > floor)
		floor = leave_bytes;
	return free_outside_bytes() > floor + PIECE_BYTES;
}

static int take_piece(int heap, size_t bytes)
{
	struct dma_heap_allocation_data piece = {.len = bytes, .fd_flags = O_RDWR | O_CLOEXEC};

	return ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &piece) ? -1 : (int)piece.fd;
}

void ballast_take(struct ballast *b, size_t leave_bytes, size_t most_bytes)
{
	int heap = open(SYSTEM_HEAP, O_RDONLY | O_CLOEXEC), fd = 0;
	size_t most = most_bytes / PIECE_BYTES;

	*b = (struct ballast){0};
	b->fds = calloc(most + 1, sizeof(*b->fds));
	while (heap >= 0 && b->fds && fd >= 0 && b->count < most && is_enough_left(leave_bytes)) {
		fd = take_piece(heap, PIECE_BYTES);
		if (fd >= 0)
			b->fds[b->count++] = fd;
	}
	if (heap >= 0)
		close(heap);
}

int ballast_take_all(struct ballast *b, const char *heap_path, size_t smallest_bytes)
{
	int heap = open(heap_path, O_RDONLY | O_CLOEXEC);

	*b = (struct ballast){.fds = calloc(MOST_PIECES, sizeof(int))};
	if (heap < 0)
		return -errno;
	/* A piece that fits nowhere has been looked for everywhere: each size is asked for in turn.
	 */
	for (size_t bytes = LARGEST_BYTES; b->fds && bytes >= smallest_bytes; bytes /= 2) {
		int fd = 0;

		while (fd >= 0 && b->count < MOST_PIECES) {
			fd = take_piece(heap, bytes);
			if (fd >= 0)
				b->fds[b->count++] = fd;
		}
	}
	close(heap);
	return b->fds ? 0 : -ENOMEM;
}

void ballast_drop(struct ballast *b)
{
	while (b->count)
		close(b->fds[--b->count]);
	free(b->fds);
	b->fds = NULL;
}
