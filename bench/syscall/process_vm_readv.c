/*
 * syscall/process_vm_readv: what copying from another process's memory costs, with the pins of its
 * pages.
 *
 * Timed: process_vm_readv() with one range on either side, C library included.
 * Excluded: the other process's start and memory, the checks of what was copied, the clock.
 * Path: process_vm_rw() -> process_vm_rw_single_vec() -> pin_user_pages_remote(),
 * copy_page_to_iter(), unpin_user_pages_dirty_lock()
 */
#include "bench/syscall/process_vm.h"

static const struct operation_metrics operations[] = {OPERATION_NAMES("read", "page")};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("read", "page", "pinning, copying and unpinning", false),
	{.name = NULL},
};

static int call_readv(void *context)
{
	struct process_vm_call *args = context;

	return syscall_transferred(
		process_vm_readv(args->pid, &args->local, 1, &args->remote, 1, 0),
		args->local.iov_len);
}

static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	return process_vm_read_pass(ctx, c, call_readv);
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = 1,
	.unpinned = PROCESS_VM_UNPINNED,
	.remote = true,
	.open = process_vm_open,
	.pass = pass,
	.close = process_vm_close,
};

const struct bench bench_syscall_process_vm_readv = {
	.name = "syscall/process_vm_readv",
	.summary = "What process_vm_readv() costs per page and per call, from another process's "
		   "memory",
	.path = "process_vm_rw() -> process_vm_rw_single_vec() -> pin_user_pages_remote(), "
		"copy_page_to_iter(), unpin_user_pages_dirty_lock()",
	.inside = "process_vm_readv()",
	.outside = PROCESS_VM_OUTSIDE,
	.metrics = metrics,
	.params = process_vm_params,
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
