/*
 * syscall/direct_write: what writing user memory with O_DIRECT costs, to a block device that does
 * nothing.
 *
 * Timed: pwrite() of /dev/nullb0, C library included. Nothing is copied: next to all of it is the
 * kernel's way to the device, the pins and the release.
 * Excluded: the memory, the clock.
 * Path: blkdev_write_iter() -> bio_iov_iter_get_pages() -> iov_iter_extract_pages() ->
 * pin_user_pages_fast(); null_queue_rq(); bio_release_pages() -> unpin_user_folio()
 *
 * The first write after a timer tick updates the device's time of change as well. In 6.1
 * blkdev_write_iter() plugs the request: kblockd issues it, and two switches of context are in the
 * figure.
 */
#include <unistd.h>
#include "bench/syscall/direct.h"

static const struct operation_metrics operations[] = {OPERATION_NAMES("write", "page")};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("write", "page", "writing", false),
	{.name = NULL},
};

static int call_pwrite(void *context)
{
	struct direct_io *io = context;

	return syscall_transferred(pwrite(io->fd, io->addr, io->bytes, 0), io->bytes);
}

static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	return direct_pass(ctx, c, "pwrite() of a null block device", call_pwrite, true);
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = 1,
	.unpinned = DIRECT_UNPINNED,
	.open = direct_open,
	.pass = pass,
	.close = direct_close,
};

const struct bench bench_syscall_direct_write = {
	.name = "syscall/direct_write",
	.summary = "What an O_DIRECT write of user memory costs per page and per call, to a block "
		   "device that does nothing",
	.path = "blkdev_write_iter() -> bio_iov_iter_get_pages() -> iov_iter_extract_pages() -> "
		"pin_user_pages_fast(); null_queue_rq(); bio_release_pages() -> unpin_user_folio()",
	.inside = "pwrite()",
	.outside = DIRECT_OUTSIDE,
	.metrics = metrics,
	.params = direct_params,
	.machine = "io",
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
