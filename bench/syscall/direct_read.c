/*
 * syscall/direct_read: what reading with O_DIRECT into user memory costs, of a block device that
 * does nothing.
 *
 * Timed: pread() of /dev/nullb0, C library included. null_blk leaves what is read as it is; with
 * CONFIG_KMSAN it clears it, and device_fills_with says so.
 * Excluded: the memory, the clock. Path: blkdev_read_iter() -> bio_iov_iter_get_pages() ->
 * iov_iter_extract_pages() -> pin_user_pages_fast(); null_queue_rq(); bio_release_pages() ->
 * unpin_user_folio()
 */
#include <string.h>
#include <unistd.h>
#include "bench/syscall/direct.h"

#define FILLER 0x5a

static const struct operation_metrics operations[] = {OPERATION_NAMES("read", "page")};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("read", "page", "reading", false),
	{.name = NULL},
};

static int call_pread(void *context)
{
	struct direct_io *io = context;

	return syscall_transferred(pread(io->fd, io->addr, io->bytes, 0), io->bytes);
}

static bool is_all(const char *addr, size_t bytes, char byte)
{
	return addr[0] == byte && !memcmp(addr, addr + 1, bytes - 1);
}

/* Anything but our own bytes or zeros is data: then the device was no null device. */
static int check_untouched(struct bench_ctx *ctx, const struct backing *b)
{
	bool zeroed = is_all(b->addr, b->bytes, 0);

	bench_fact_string(ctx, "device_fills_with", zeroed ? "zeros" : "nothing");
	if (!zeroed && !is_all(b->addr, b->bytes, FILLER))
		return bench_fail(ctx, 0, "the null block device gave data");
	return 0;
}

static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	int err;

	if (!backing_is_consumed(ctx))
		memset(c->backing.addr, FILLER, c->backing.bytes);
	err = direct_pass(ctx, c, "pread() of a null block device", call_pread, false);
	return err || backing_is_consumed(ctx) ? err : check_untouched(ctx, &c->backing);
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = 1,
	.unpinned = DIRECT_UNPINNED,
	.open = direct_open,
	.pass = pass,
	.close = direct_close,
};

const struct bench bench_syscall_direct_read = {
	.name = "syscall/direct_read",
	.summary = "What an O_DIRECT read into user memory costs per page and per call, of a block "
		   "device that does nothing",
	.path = "blkdev_read_iter() -> bio_iov_iter_get_pages() -> iov_iter_extract_pages() -> "
		"pin_user_pages_fast(); null_queue_rq(); bio_release_pages() -> unpin_user_folio()",
	.inside = "pread()",
	.outside = DIRECT_OUTSIDE,
	.metrics = metrics,
	.params = direct_params,
	.machine = "io",
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
