/*
 * Direct I/O between a disk and memory, many requests at once, by io_uring; with or without a copy
 * to or from where the bytes are wanted.
 */
#ifndef PINBENCH_BENCH_P2P_TRANSFER_IO_H
#define PINBENCH_BENCH_P2P_TRANSFER_IO_H

#include "bench/core/ring.h"

struct transfer_io {
	struct io_uring ring;
	bool has_ring;
	int fd; /* of the disk */
	/* Where the bytes are wanted, all of them, and where the disk puts them or finds them. */
	uint8_t *wanted;
	uint8_t *target;
	uint64_t io_bytes;
	unsigned int depth;
	bool is_write; /* to the disk */
	uint64_t at;   /* of the next batch */
};

/* Its ring. Returns as bench_skip() and bench_fail() do. */
int transfer_io_open(struct bench_ctx *ctx, struct transfer_io *io);
/* Takes a zeroed one. The disk and the memory are the caller's. */
void transfer_io_close(struct transfer_io *io);

/*
 * A call that may be measured, of a struct transfer_io: the next @depth requests, all ended, and
 * copied if they are wanted elsewhere. 0 or -errno; -EREMOTEIO where the kernel trusts no way;
 * -ENODATA for one that is short.
 */
int transfer_io_batch(void *transfer_io);

/* All of @bytes, one after the other, from or to ordinary memory. 0 or -errno. */
int transfer_io_write(int fd, const void *memory, uint64_t bytes);
int transfer_io_read(int fd, void *memory, uint64_t bytes);

#endif
