/*
 * syscall/scale: how pinning under mmap_lock scales with those who pin, in one mm and in one each.
 *
 * Timed: passes of each worker over its own region by process_vm_readv() of its own process, which
 * pins all pages of a range; one byte of it is copied, so that little but pinning is left.
 * Excluded: the workers' start, their memory, what one does while not all are at work.
 * Path: process_vm_rw() -> mm_access(): exec_update_lock for reading; process_vm_rw_single_vec():
 * mmap_lock for reading, pin_user_pages_remote(), the slow path; unpin_user_pages_dirty_lock()
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "bench/core/gang/scale.h"
#include "bench/syscall/syscall.h"

static const struct bench_param *const params[] = {
	&scale_param_backing,
	&scale_param_page,
	&syscall_param_io,
	&scale_param_size,
	&scale_param_threads,
	&scale_param_mm,
	NULL,
};

struct own {
	struct backing memory;
	size_t io_bytes;
};

static int begin(struct bench_ctx *ctx, void *data)
{
	struct own *own = data;
	int err;

	own->memory.fd = -1;
	if (process_vm_readv(getpid(), NULL, 0, NULL, 0, 0))
		return bench_skip(ctx, "process_vm_readv(): %s; needs CONFIG_CROSS_MEMORY_ATTACH",
				  strerror(errno));
	err = syscall_io_bytes(ctx, &own->io_bytes);
	return err ? err : backing_prepare(ctx, &own->memory);
}

static int pass(void *data)
{
	struct own *own = data;
	pid_t pid = getpid();
	int err = 0;

	for (size_t at = 0; !err && at < own->memory.bytes; at += own->io_bytes) {
		char *addr = (char *)own->memory.addr + at, byte = 0;
		struct iovec local = {&byte, 1}, remote = {addr, own->io_bytes};

		err = syscall_transferred(process_vm_readv(pid, &local, 1, &remote, 1, 0), 1);
		if (!err && byte != *addr)
			err = -EILSEQ;
	}
	return err;
}

static void end(void *data)
{
	struct own *own = data;

	backing_drop(&own->memory);
}

static const struct scale_spec spec = {
	.work = {.own_bytes = sizeof(struct own), .begin = begin, .pass = pass, .end = end},
};

const struct bench bench_syscall_scale = {
	.name = "syscall/scale",
	.summary = "How pinning under mmap_lock, by process_vm_readv(), scales with workers that "
		   "pin at the same time, in one mm and in one each",
	.path = "process_vm_rw() -> mm_access(), process_vm_rw_single_vec() -> "
		"pin_user_pages_remote() under mmap_lock; unpin_user_pages_dirty_lock()",
	.inside = "each worker's calls of process_vm_readv() on its own region, a byte of each "
		  "range copied, while all of them are at work",
	.outside = SCALE_OUTSIDE,
	.metrics = scale_metrics,
	.params = params,
	.machine = "smp",
	.timed_only = true,
	.setup = scale_setup,
	.run = scale_run,
	.teardown = scale_teardown,
	.data = &spec,
};
