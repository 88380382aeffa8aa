/*
 * uring/read: what pinning costs an I/O: READ, which pins its memory and gives it back, against
 * READ_FIXED, whose memory is pinned already. Both are O_DIRECT, of a block device that does
 * nothing and completes at once, and take turns on the same memory.
 *
 * Timed: preparing one read, submitting it, waiting for it and taking its completion.
 * Excluded: registering the buffer; opening the device.
 * Path: io_read() -> blkdev_read_iter() -> __blkdev_direct_IO_async() -> bio_iov_iter_get_pages()
 * -> iov_iter_extract_pages() -> pin_user_pages_fast(); bio_set_pages_dirty(),
 * bio_check_pages_dirty() and bio_release_pages(). READ_FIXED has bio_iov_bvec_set() for all that.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/null_block.h"
#include "bench/uring/uring.h"

#define PAGE_BYTES 4096ul
#define CALLS	   64

enum operations {
	PLAIN,
	FIXED
};

static const struct operation_metrics names_plain = OPERATION_NAMES("read", "io");
static const struct operation_metrics names_fixed = OPERATION_NAMES("read_fixed", "io");

static const struct bench_metric metrics[] = {
	{.name = "pin_share",
	 .per = "io",
	 .help = "read minus read_fixed: pinning, marking dirty and giving back what is read into"},
	{.name = "pin_share_page",
	 .per = "page",
	 .help = "the same by page of the I/O",
	 .exploratory = true},
	OPERATION_METRICS("read", "io", "a read of memory that is not registered", false),
	OPERATION_METRICS("read_fixed", "io", "a read of a registered buffer", false),
	{.name = NULL},
};

static const struct bench_param param_io = {
	.name = "io",
	.fallback = "4k",
	.allowed = (const char *const[]){"4k", "16k", "64k", "256k", "512k", "1m", NULL},
	.help = "size of one I/O",
};

static const struct bench_param *const params[] = {
	&uring_param_backing, &backing_param_page, &param_io, &backing_param_size, NULL,
};

struct read {
	struct uring_case *c;
	unsigned int bytes;
	uint64_t offset; /* in the region, and in the device */
};

static int finish(const struct read *r)
{
	int ret = ring_submit_one(&r->c->rings[0]);

	if (ret < 0)
		return ret;
	return (unsigned int)ret == r->bytes ? 0 : -EIO;
}

static int call_plain(void *context)
{
	const struct read *r = context;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&r->c->rings[0]);

	io_uring_prep_read(sqe, r->c->fd, (char *)r->c->backing.addr + r->offset, r->bytes,
			   r->offset);
	return finish(r);
}

static int call_fixed(void *context)
{
	const struct read *r = context;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&r->c->rings[0]);

	io_uring_prep_read_fixed(sqe, r->c->fd, (char *)r->c->backing.addr + r->offset, r->bytes,
				 r->offset, 0);
	return finish(r);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);
	struct read r = {c, (unsigned int)bench_param_size_bytes(ctx, "io"), 0};
	int err = 0;

	for (int i = 0; !err && i < CALLS; i++) {
		err = operation_call(ctx, &c->rounds.operations[PLAIN], call_plain, &r, 1);
		if (!err)
			err = operation_call(ctx, &c->rounds.operations[FIXED], call_fixed, &r, 1);
		r.offset = (r.offset + r.bytes) % c->backing.bytes;
	}
	if (err)
		return bench_fail(ctx, err, "reading %u bytes of " NULL_BLOCK_DEVICE " at %llu: %s",
				  r.bytes, (unsigned long long)r.offset, strerror(-err));
	return 0;
}

/*
 * A request that the device must split cannot be submitted without waiting, and goes to a worker,
 * to be pinned again: another path, not this one's.
 */
static int skip_waiting(struct bench_ctx *ctx, const char *what, unsigned int bytes)
{
	return bench_skip(ctx,
			  "%s of %u bytes waited: " NULL_BLOCK_DEVICE
			  " does not complete at once (irqmode), "
			  "or splits it (max_sectors_kb and max_segments of its queue), which "
			  "io_uring leaves to a worker; modprobe null_blk irqmode=0 "
			  "max_sectors=2048, and larger folios, avoid both",
			  what, bytes);
}

static int probe_calls(struct bench_ctx *ctx, struct read *r, measured_call call, const char *what)
{
	long sleeps = uring_sleeps();

	for (int i = 0; i < CALLS; i++) {
		int err = call(r);

		if (err)
			return bench_fail(ctx, err, "%s of %u bytes of " NULL_BLOCK_DEVICE ": %s",
					  what, r->bytes, strerror(-err));
		r->offset = (r->offset + r->bytes) % r->c->backing.bytes;
	}
	r->offset = 0;
	return uring_sleeps() == sleeps ? 0 : skip_waiting(ctx, what, r->bytes);
}

/* A round that is not measured: that one kind pins and the other does not is what it rests on. */
static int probe(struct bench_ctx *ctx, struct uring_case *c)
{
	struct read r = {c, (unsigned int)bench_param_size_bytes(ctx, "io"), 0};
	struct uring_pins start, plain, fixed;
	int err = uring_pins_read(ctx, &start);

	if (!err)
		err = probe_calls(ctx, &r, call_plain, "READ");
	if (!err)
		err = uring_pins_read(ctx, &plain);
	if (!err)
		err = probe_calls(ctx, &r, call_fixed, "READ_FIXED");
	if (!err)
		err = uring_pins_read(ctx, &fixed);
	if (err)
		return err;
	bench_fact_number(ctx, "pins_of_read",
			  (double)(plain.pages.acquired - start.pages.acquired) / CALLS);
	bench_fact_number(ctx, "pins_of_read_fixed",
			  (double)(fixed.pages.acquired - plain.pages.acquired) / CALLS);
	return uring_pins_compare(ctx, &start, &fixed);
}

static int setup(struct bench_ctx *ctx)
{
	struct uring_case *c;
	int err = uring_setup(ctx, &c);

	if (!err)
		err = null_block_open(ctx, &c->fd);
	if (!err)
		err = uring_split(ctx, c, 1);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_plain, CALLS, NULL);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_fixed, CALLS, NULL);
	if (err)
		return err;
	err = io_uring_register_buffers(&c->rings[0], c->buffers, 1);
	if (err)
		return bench_fail(ctx, err, "registering a buffer: %s", strerror(-err));
	err = probe(ctx, c);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

static int run(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);
	double pages = (double)bench_param_size_bytes(ctx, "io") / PAGE_BYTES;
	int err = round_of_calls(ctx);
	double share;

	if (err)
		return err;
	share = operation_each(&c->rounds.operations[PLAIN]) -
		operation_each(&c->rounds.operations[FIXED]);
	bench_sample(ctx, "pin_share", share);
	bench_sample(ctx, "pin_share_page", share / pages);
	rounds_report(ctx, &c->rounds);
	return 0;
}

const struct bench bench_uring_read = {
	.name = "uring/read",
	.summary = "What pinning its memory costs an I/O: READ against READ_FIXED",
	.path = "io_read() -> blkdev_read_iter() -> bio_iov_iter_get_pages() -> "
		"iov_iter_extract_pages() -> pin_user_pages_fast(); READ_FIXED takes "
		"bio_iov_bvec_set() instead",
	.inside = "one O_DIRECT read of a null block device, from preparing it to taking its "
		  "completion",
	.outside = "registering the buffer, opening the device",
	.metrics = metrics,
	.params = params,
	.machine = "io",
	.setup = setup,
	.run = run,
	.teardown = uring_teardown,
};
