/*
 * process_vm_readv() and process_vm_writev() of a child's memory. The kernel pins as many pages as
 * the other process's range has, up to 1024 at a time, whatever there is to copy: a range of many
 * pages of which one byte is copied shows the pins without the copying.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/pageflags.h"
#include "bench/syscall/process_vm.h"

struct local {
	void *addr;
	size_t bytes;
};

static const struct bench_param param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", "memfd", "tmpfs", "unfaulted", NULL},
	.help = "the other process's memory: anonymous, hugetlb, memfd, tmpfs file, or not faulted "
		"in yet",
};

static const struct bench_param param_copied = {
	.name = "copied",
	.fallback = "all",
	.allowed = (const char *const[]){"all", "1", NULL},
	.help = "all: as many bytes as the range has; 1: a byte, so that little but pinning is "
		"left",
};

const struct bench_param *const process_vm_params[] = {
	&param_backing, &backing_param_page, &syscall_param_io,
	&param_copied,	&backing_param_size, NULL,
};

/* Small pages, as a program's buffer has them; a later child shall not share them. */
static int map_local(struct bench_ctx *ctx, struct local *l)
{
	struct page_survey survey;
	int err;

	l->addr = mmap(NULL, l->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (l->addr == MAP_FAILED) {
		l->addr = NULL;
		return bench_fail(ctx, errno, "cannot map %zu bytes: %s", l->bytes,
				  strerror(errno));
	}
	madvise(l->addr, l->bytes, MADV_NOHUGEPAGE);
	madvise(l->addr, l->bytes, MADV_DONTFORK);
	memset(l->addr, 1, l->bytes);
	err = page_survey_take(l->addr, l->bytes, &survey);
	if (err)
		return bench_skip(ctx, "cannot verify what backs the memory (%s); run as root",
				  strerror(-err));
	if (survey.resident != survey.pages || survey.largest_folio != SYSCALL_PAGE_BYTES)
		return bench_skip(ctx, "this process's buffer is not of resident pages of 4k");
	return 0;
}

int process_vm_open(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct local *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = l;
	if (process_vm_readv(c->remote.pid, NULL, 0, NULL, 0, 0))
		return bench_skip(ctx, "process_vm_readv(): %s; needs CONFIG_CROSS_MEMORY_ATTACH",
				  strerror(errno));
	err = syscall_io_bytes(ctx, &l->bytes);
	return err ? err : map_local(ctx, l);
}

void process_vm_close(struct syscall_case *c)
{
	struct local *l = c->own;

	if (l && l->addr)
		munmap(l->addr, l->bytes);
	free(l);
}

static struct process_vm_call call_of(const struct bench_ctx *ctx, const struct syscall_case *c)
{
	const struct local *l = c->own;

	return (struct process_vm_call){
		.pid = c->remote.pid,
		.local = {.iov_base = l->addr,
			  .iov_len = !strcmp(bench_param(ctx, "copied"), "1") ? 1 : l->bytes},
		.remote = {.iov_base = c->remote.addr, .iov_len = l->bytes},
	};
}

/* A new pattern every time: what an earlier pass copied shall not do. */
static uint64_t seed_of(const struct syscall_case *c)
{
	return 2 * c->passes + 1;
}

int process_vm_read_pass(struct bench_ctx *ctx, struct syscall_case *c, measured_call call)
{
	struct process_vm_call args = call_of(ctx, c);
	size_t io = args.remote.iov_len;
	uint64_t seed = backing_is_consumed(ctx) ? 0 : seed_of(c);
	int err = seed ? remote_fill(ctx, &c->remote, seed) : 0;

	for (size_t offset = 0; !err && offset < c->remote.bytes; offset += io) {
		args.remote.iov_base = (char *)c->remote.addr + offset;
		err = syscall_call(ctx, c, 0, "process_vm_readv()", call, &args,
				   io / SYSCALL_PAGE_BYTES);
		if (!err && !pattern_holds(args.local.iov_base, args.local.iov_len, seed, offset))
			err = bench_fail(ctx, 0, "other data was read than the process has");
	}
	return err;
}

int process_vm_write_pass(struct bench_ctx *ctx, struct syscall_case *c, measured_call call)
{
	struct process_vm_call args = call_of(ctx, c);
	size_t io = args.remote.iov_len;
	uint64_t seed = seed_of(c);
	int err = 0;

	for (size_t offset = 0; !err && offset < c->remote.bytes; offset += io) {
		pattern_fill(args.local.iov_base, io, seed, offset);
		args.remote.iov_base = (char *)c->remote.addr + offset;
		err = syscall_call(ctx, c, 0, "process_vm_writev()", call, &args,
				   io / SYSCALL_PAGE_BYTES);
	}
	return err ? err : remote_check(ctx, &c->remote, seed, io, args.local.iov_len);
}
