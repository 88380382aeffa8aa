/* Direct I/O of a null block device: see direct.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bench/core/null_block.h"
#include "bench/core/sysfile.h"
#include "bench/syscall/direct.h"

const struct bench_param *const direct_params[] = {
	&syscall_param_backing, &backing_param_page, &syscall_param_io, &backing_param_size, NULL,
};

int direct_open(struct bench_ctx *ctx, struct syscall_case *c)
{
	int *fd = malloc(sizeof(*fd));

	if (!fd)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = fd;
	return null_block_open(ctx, fd);
}

void direct_close(struct syscall_case *c)
{
	int *fd = c->own;

	if (fd && *fd >= 0)
		close(*fd);
	free(fd);
}

/* Requests and bytes that the device has done: Documentation/block/stat.rst. */
static int read_stat(struct bench_ctx *ctx, bool write, uint64_t *ret_requests, uint64_t *ret_bytes)
{
	unsigned long long v[8];
	char text[512];

	if (sysfile_read("/sys/block/" NULL_BLOCK_NAME "/stat", text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3], &v[4],
		   &v[5], &v[6]) != 7)
		return bench_fail(ctx, EPROTO, "cannot read /sys/block/" NULL_BLOCK_NAME "/stat");
	*ret_requests = v[write ? 4 : 0];
	*ret_bytes = v[write ? 6 : 2] * 512;
	return 0;
}

static int transfer(struct bench_ctx *ctx, struct syscall_case *c, const char *what,
		    measured_call call, size_t io_bytes)
{
	struct direct_io io = {.fd = *(int *)c->own, .bytes = io_bytes};
	int err = 0;

	for (size_t offset = 0; !err && offset < c->backing.bytes; offset += io_bytes) {
		io.addr = (char *)c->backing.addr + offset;
		err = syscall_call(ctx, c, 0, what, call, &io, io_bytes / SYSCALL_PAGE_BYTES);
	}
	return err;
}

int direct_pass(struct bench_ctx *ctx, struct syscall_case *c, const char *what, measured_call call,
		bool write)
{
	uint64_t requests[2], bytes[2];
	size_t io_bytes;
	int err = syscall_io_bytes(ctx, &io_bytes);

	if (!err)
		err = read_stat(ctx, write, &requests[0], &bytes[0]);
	if (!err)
		err = transfer(ctx, c, what, call, io_bytes);
	if (!err)
		err = read_stat(ctx, write, &requests[1], &bytes[1]);
	if (err)
		return err;
	bench_fact_number(ctx, "requests", (double)(requests[1] - requests[0]));
	if (bytes[1] - bytes[0] != c->backing.bytes)
		return bench_fail(ctx, EPROTO, "the device did %llu bytes, %zu were asked for",
				  (unsigned long long)(bytes[1] - bytes[0]), c->backing.bytes);
	return 0;
}
