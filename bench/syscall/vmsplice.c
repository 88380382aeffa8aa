/*
 * syscall/vmsplice: what putting user pages into a pipe costs, and taking them out.
 *
 * Timed: vmsplice() of as many pages as the pipe has room for, made so by F_SETPIPE_SZ; then
 * splice() of them to /dev/null, which only gives the references back.
 * Excluded: the memory, making the pipe, the clock.
 * Path: vmsplice_to_pipe() -> iter_to_pipe() -> iov_iter_get_pages2() -> get_user_pages_fast(), 16
 * pages at a time; splice_from_pipe() -> pipe_to_null(), put_page()
 *
 * SPLICE_F_GIFT is no parameter: it sets a flag in the pipe's buffer, which only a reader that
 * steals pages looks at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "bench/syscall/syscall.h"

enum {
	VMSPLICE,
	DRAIN,
};

struct pipe_case {
	int out; /* the pipe's ends */
	int in;
	int null;
	size_t io_bytes;
	struct iovec range; /* of the next call */
};

static const struct operation_metrics operations[] = {
	[VMSPLICE] = OPERATION_NAMES("vmsplice", "page"),
	[DRAIN] = OPERATION_NAMES("drain", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("vmsplice", "page", "putting user pages into the pipe", false),
	OPERATION_METRICS("drain", "page", "splicing them to /dev/null", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&syscall_param_backing, &backing_param_page, &syscall_param_io, &backing_param_size, NULL,
};

static int open_pipe(struct bench_ctx *ctx, struct pipe_case *p)
{
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return bench_fail(ctx, errno, "pipe2: %s", strerror(errno));
	p->out = ends[0];
	p->in = ends[1];
	err = syscall_io_bytes(ctx, &p->io_bytes);
	if (err)
		return err;
	if (fcntl(p->in, F_SETPIPE_SZ, p->io_bytes) < (int)p->io_bytes)
		return bench_skip(ctx,
				  "no pipe of %zu bytes: %s; as root, or with a larger "
				  "/proc/sys/fs/pipe-max-size",
				  p->io_bytes, strerror(errno));
	p->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (p->null < 0)
		return bench_fail(ctx, errno, "/dev/null: %s", strerror(errno));
	return 0;
}

static int open_case(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct pipe_case *p = malloc(sizeof(*p));

	if (!p)
		return bench_fail(ctx, ENOMEM, "no memory");
	*p = (struct pipe_case){.out = -1, .in = -1, .null = -1};
	c->own = p;
	return open_pipe(ctx, p);
}

static void close_case(struct syscall_case *c)
{
	struct pipe_case *p = c->own;

	if (!p)
		return;
	close(p->out);
	close(p->in);
	close(p->null);
	free(p);
}

static int call_vmsplice(void *context)
{
	struct pipe_case *p = context;

	return syscall_transferred(vmsplice(p->in, &p->range, 1, 0), p->range.iov_len);
}

static int call_splice(void *context)
{
	struct pipe_case *p = context;

	return syscall_transferred(splice(p->out, NULL, p->null, NULL, p->range.iov_len, 0),
				   p->range.iov_len);
}

static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct pipe_case *p = c->own;
	uint64_t pages = p->io_bytes / SYSCALL_PAGE_BYTES;
	int err = 0;

	for (size_t offset = 0; !err && offset < c->backing.bytes; offset += p->io_bytes) {
		p->range = (struct iovec){.iov_base = (char *)c->backing.addr + offset,
					  .iov_len = p->io_bytes};
		err = syscall_call(ctx, c, VMSPLICE, "vmsplice()", call_vmsplice, p, pages);
		if (!err)
			err = syscall_call(ctx, c, DRAIN, "splice()", call_splice, p, pages);
	}
	return err;
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = sizeof(operations) / sizeof(operations[0]),
	.unpinned = "page references, by iov_iter_get_pages2()",
	.open = open_case,
	.pass = pass,
	.close = close_case,
};

const struct bench bench_syscall_vmsplice = {
	.name = "syscall/vmsplice",
	.summary = "What vmsplice() of user pages into a pipe costs per page and per call, and "
		   "letting them go",
	.path = "vmsplice_to_pipe() -> iter_to_pipe() -> iov_iter_get_pages2() -> "
		"get_user_pages_fast(); splice_from_pipe() -> pipe_to_null(), put_page()",
	.inside = "vmsplice() that fills the pipe; then splice() of it to /dev/null",
	.outside = "mapping, faulting in and verifying the memory, making the pipe, and the "
		   "clock's own cost, which is subtracted",
	.metrics = metrics,
	.params = params,
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
