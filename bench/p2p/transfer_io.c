/* Direct I/O, many requests at once: see transfer_io.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "bench/p2p/transfer_io.h"

/* What every disk takes in one request. */
#define CHUNK_BYTES (256ul << 10)

int transfer_io_open(struct bench_ctx *ctx, struct transfer_io *io)
{
	int err = ring_open(ctx, io->depth, &io->ring);

	io->has_ring = !err;
	return err;
}

void transfer_io_close(struct transfer_io *io)
{
	if (io->has_ring)
		io_uring_queue_exit(&io->ring);
	io->has_ring = false;
}

static int submit(struct transfer_io *io)
{
	int ret;

	for (unsigned int i = 0; i < io->depth; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&io->ring);
		uint64_t at = io->at + i * io->io_bytes;

		if (!sqe)
			return -ENOSPC;
		if (io->is_write)
			io_uring_prep_write(sqe, io->fd, io->target + at,
					    (unsigned int)io->io_bytes, at);
		else
			io_uring_prep_read(sqe, io->fd, io->target + at, (unsigned int)io->io_bytes,
					   at);
	}
	ret = io_uring_submit_and_wait(&io->ring, io->depth);
	return ret < 0 ? ret : 0;
}

/* All of them, also behind one that failed: the next batch begins with an empty ring. */
static int collect(struct transfer_io *io)
{
	struct io_uring_cqe *cqe;
	int err = 0;

	for (unsigned int i = 0; i < io->depth; i++) {
		int ret = io_uring_wait_cqe(&io->ring, &cqe);

		if (ret)
			return ret;
		if (cqe->res < 0)
			err = cqe->res;
		else if ((uint64_t)cqe->res != io->io_bytes && !err)
			err = -ENODATA;
		io_uring_cqe_seen(&io->ring, cqe);
	}
	return err;
}

int transfer_io_batch(void *transfer_io)
{
	struct transfer_io *io = transfer_io;
	uint64_t bytes = io->io_bytes * io->depth;
	bool is_bounced = io->wanted != io->target;
	int err;

	if (is_bounced && io->is_write)
		memcpy(io->target + io->at, io->wanted + io->at, bytes);
	err = submit(io);
	if (!err)
		err = collect(io);
	if (err)
		return err;
	if (is_bounced && !io->is_write)
		memcpy(io->wanted + io->at, io->target + io->at, bytes);
	io->at += bytes;
	return 0;
}

static int finish(ssize_t got, uint64_t wanted)
{
	if (got < 0)
		return -errno;
	return (uint64_t)got == wanted ? 0 : -ENODATA;
}

int transfer_io_write(int fd, const void *memory, uint64_t bytes)
{
	int err = 0;

	for (uint64_t at = 0; !err && at < bytes; at += CHUNK_BYTES) {
		uint64_t chunk = bytes - at < CHUNK_BYTES ? bytes - at : CHUNK_BYTES;

		err = finish(pwrite(fd, (const uint8_t *)memory + at, chunk, (off_t)at), chunk);
	}
	return err;
}

int transfer_io_read(int fd, void *memory, uint64_t bytes)
{
	int err = 0;

	for (uint64_t at = 0; !err && at < bytes; at += CHUNK_BYTES) {
		uint64_t chunk = bytes - at < CHUNK_BYTES ? bytes - at : CHUNK_BYTES;

		err = finish(pread(fd, (uint8_t *)memory + at, chunk, (off_t)at), chunk);
	}
	return err;
}
