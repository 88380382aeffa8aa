/* A buffer of the module's exporter: see exported.h. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/memory/exported.h"

#define ALIGN_BYTES (2ul << 20)

const struct bench_param exported_param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "1m", "2m", "16m", "64m", NULL},
	.help = "of the buffer",
};

const struct bench_param exported_param_segment = {
	.name = "segment",
	.fallback = "4k",
	.allowed = (const char *const[]){"4k", "64k", "2m", "whole", NULL},
	.help = "physically contiguous pieces that it is made of; whole: a single one",
};

const struct bench_param exported_param_table = {
	.name = "table",
	.fallback = "pages",
	.allowed = (const char *const[]){"pages", "segments", NULL},
	.help = "how the exporter makes the importer's table: from its array of pages, as most do, "
		"or from its list of contiguous pieces",
};

const struct bench_param exported_param_bar_table = {
	.name = "table",
	.fallback = "segments",
	.allowed = (const char *const[]){"segments", "ranges", NULL},
	.help = "how the exporter makes the importer's table: each piece by dma_map_resource(), or "
		"all of them by dma_buf_phys_vec_to_sgt(), which Linux 7.0 brought",
};

static uint32_t table_of(const struct bench_ctx *ctx)
{
	const char *table = bench_param(ctx, "table");

	if (table && !strcmp(table, "segments"))
		return PINBENCH_TABLE_SEGMENTS;
	return table && !strcmp(table, "ranges") ? PINBENCH_TABLE_RANGES : PINBENCH_TABLE_PAGES;
}

static uint64_t size_or(const struct bench_ctx *ctx, const char *name, uint64_t fallback)
{
	return bench_param(ctx, name) ? bench_param_size_bytes(ctx, name) : fallback;
}

/* @req is whole but for what the parameters say. */
static int export(struct bench_ctx *ctx, struct exported *e, struct pinbench_dmabuf_export *req)
{
	uint64_t segment = size_or(ctx, "segment", EXPORTED_PAGE_BYTES);

	req->bytes = e->bytes;
	req->segment_bytes = segment ? segment : e->bytes;
	req->insert = e->insert;
	if (req->segment_bytes > e->bytes)
		return bench_skip(ctx, "a piece would be larger than the buffer");
	if (!ioctl(bench_module_fd(ctx), PINBENCH_IOC_DMABUF_EXPORT, req)) {
		e->fd = req->fd;
		return 0;
	}
	if (errno == EOPNOTSUPP)
		return bench_skip(ctx, "a kernel without dma_buf_phys_vec_to_sgt()");
	if (errno == ENOMEM)
		return bench_skip(
			ctx, "this machine has no memory for it: %llu bytes in pieces of %llu",
			(unsigned long long)req->bytes, (unsigned long long)req->segment_bytes);
	return bench_fail(ctx, errno, "the module makes no buffer: %s", strerror(errno));
}

static void init(const struct bench_ctx *ctx, uint32_t insert, struct exported *ret_exported)
{
	uint64_t bytes = size_or(ctx, "size", ALIGN_BYTES);

	*ret_exported = (struct exported){
		.fd = -1,
		.bytes = bytes,
		.pages = bytes / EXPORTED_PAGE_BYTES,
		.insert = insert,
	};
}

int exported_make(struct bench_ctx *ctx, uint32_t flags, uint32_t insert,
		  struct exported *ret_exported)
{
	struct pinbench_dmabuf_export req = {.flags = flags, .table = table_of(ctx)};

	init(ctx, insert, ret_exported);
	return export(ctx, ret_exported, &req);
}

int exported_make_bar(struct bench_ctx *ctx, const struct pci_device *device, uint32_t bar,
		      uint32_t insert, struct exported *ret_exported)
{
	struct pinbench_dmabuf_export req = {
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_BAR,
		.table = table_of(ctx),
		.pci_address = device->address,
		.bar = bar,
	};

	if (req.table == PINBENCH_TABLE_PAGES)
		req.table = PINBENCH_TABLE_SEGMENTS;
	init(ctx, insert, ret_exported);
	return export(ctx, ret_exported, &req);
}

void exported_drop(struct exported *e)
{
	if (e->reserved)
		munmap(e->reserved, e->bytes + ALIGN_BYTES);
	e->reserved = NULL;
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

int exported_counts(struct bench_ctx *ctx, const struct exported *e,
		    struct pinbench_dmabuf_counts *ret_counts)
{
	struct pinbench_dmabuf_query req = {.fd = e->fd};

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_DMABUF_COUNTS, &req))
		return bench_fail(ctx, errno, "the module does not count: %s", strerror(errno));
	*ret_counts = req.counts;
	return 0;
}

int exported_map(void *exported)
{
	struct exported *e = exported;
	void *map = mmap(e->map, e->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, e->fd,
			 (off_t)e->offset);

	return map == MAP_FAILED ? -errno : 0;
}

/* The address range stays ours. */
int exported_unmap(void *exported)
{
	struct exported *e = exported;
	void *map =
		mmap(e->map, e->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return map == MAP_FAILED ? -errno : 0;
}

/* A handler of whole PMDs is asked where the program asks for them, as is usual. */
int exported_advise(void *exported)
{
	struct exported *e = exported;

	return madvise(e->map, e->bytes, MADV_HUGEPAGE) ? -errno : 0;
}

int exported_touch(void *exported)
{
	const struct exported *e = exported;
	const volatile char *byte = e->map, *end = byte + e->bytes;

	for (; byte < end; byte += EXPORTED_PAGE_BYTES)
		(void)*byte;
	return 0;
}

int exported_reserve(struct exported *e)
{
	e->reserved =
		mmap(NULL, e->bytes + ALIGN_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (e->reserved == MAP_FAILED) {
		e->reserved = NULL;
		return -errno;
	}
	e->map = (void *)(((uintptr_t)e->reserved + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1));
	return 0;
}

int exported_prepare(void *exported)
{
	struct exported *e = exported;
	int err = exported_reserve(e);

	if (!err)
		err = exported_map(e);
	if (!err && e->insert == PINBENCH_INSERT_PMD)
		err = exported_advise(e);
	return err;
}
