/*
 * dmabuf/direct_read: direct I/O into a memfd that is a dma-buf at the same time, which devices may
 * have mapped: the other way to share memory between files and devices.
 *
 * Timed: pread() with O_DIRECT of a null block device, into a mapping of the memfd.
 * Excluded: the memfd, the udmabuf, its mapping for a device, the clock.
 * Path: blkdev_read_iter() -> __blkdev_direct_IO_simple() -> iov_iter_extract_pages() ->
 * pin_user_pages_fast(); null_blk leaves what is read as it is
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/null_block.h"
#include "bench/core/pins.h"
#include "bench/dmabuf/stock_case.h"

static const struct operation_metrics names = OPERATION_NAMES("read", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("read", "page", "reading into memory that is a dma-buf", false),
	{.name = NULL},
};

static const struct bench_param param_exporter = {
	.name = "exporter",
	.fallback = "udmabuf",
	.allowed = (const char *const[]){"udmabuf", "udmabuf_huge", NULL},
	.help = "a memfd of small pages, or of hugetlb pages of 2 MiB",
};

static const struct bench_param param_shared = {
	.name = "shared",
	.fallback = "mapped",
	.allowed = (const char *const[]){"no", "buffer", "mapped", NULL},
	.help = "the memfd is a memfd and no more; also a dma-buf; and that is mapped for a device",
};

static const struct bench_param param_io = {
	.name = "io",
	.fallback = "64k",
	.allowed = (const char *const[]){"4k", "64k", "1m", NULL},
	.help = "bytes of one read",
};

static const struct bench_param *const params[] = {
	&param_exporter, &param_shared, &param_io, &stock_param_size, NULL,
};

struct direct {
	struct stock stock;
	int device;
	char *map;
	size_t io_bytes;
	size_t offset;
};

static struct direct *direct_of(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);

	return c ? c->own : NULL;
}

static int call_read(void *context)
{
	const struct direct *d = context;
	ssize_t got = pread(d->device, d->map + d->offset, d->io_bytes, (off_t)d->offset);

	if (got < 0)
		return -errno;
	return (size_t)got == d->io_bytes ? 0 : -EIO;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct direct *d = direct_of(ctx);
	int err = 0;

	for (d->offset = 0; !err && d->offset < c->buffer.bytes; d->offset += d->io_bytes)
		err = operation_call(ctx, &c->rounds.operations[0], call_read, d,
				     d->io_bytes / EXPORTED_PAGE_BYTES);
	return err ? bench_fail(ctx, err, "reading " NULL_BLOCK_DEVICE ": %s", strerror(-err)) : 0;
}

static int share(struct bench_ctx *ctx, struct dmabuf_case *c, struct direct *d)
{
	const char *shared = bench_param(ctx, "shared");
	int err;

	if (!strcmp(shared, "no"))
		return 0;
	err = stock_make(&d->stock);
	if (err)
		return bench_fail(ctx, err, "no udmabuf: %s", strerror(-err));
	if (strcmp(shared, "mapped"))
		return 0;
	c->buffer.fd = d->stock.fd;
	err = dmabuf_attach_some(ctx, NULL, 1, 0);
	if (!err)
		err = dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_MAP, 1);
	c->buffer.fd = -1;
	return err;
}

static int map_memfd(struct bench_ctx *ctx, struct dmabuf_case *c, struct direct *d)
{
	void *map =
		mmap(NULL, c->buffer.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->stock.memfd, 0);

	if (map == MAP_FAILED)
		return bench_fail(ctx, errno, "mapping the memfd: %s", strerror(errno));
	d->map = map;
	memset(d->map, 1, c->buffer.bytes);
	return 0;
}

static int prepare(struct bench_ctx *ctx, struct dmabuf_case *c, struct direct *d)
{
	bool is_huge = !strcmp(bench_param(ctx, "exporter"), "udmabuf_huge");
	int err;

	d->io_bytes = bench_param_size_bytes(ctx, "io");
	if (d->io_bytes > c->buffer.bytes)
		return bench_skip(ctx, "a read would be larger than the buffer");
	err = null_block_open(ctx, &d->device);
	if (!err)
		err = stock_open_udmabuf(ctx, is_huge, c->buffer.bytes, &d->stock);
	if (!err)
		err = map_memfd(ctx, c, d);
	return err ? err : share(ctx, c, d);
}

/* That each page is pinned for its read, once; 6.1 takes references for that, which nobody counts.
 */
static int check_pins(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct pins before = {0}, after = {0};
	uint64_t pins;
	int err = pins_read(ctx, &before);

	if (!err)
		err = round_of_calls(ctx);
	operation_forget(&c->rounds.operations[0]);
	if (!err)
		err = pins_read(ctx, &after);
	if (err)
		return err;
	pins = after.acquired - before.acquired;
	bench_fact_number(ctx, "pins", (double)pins);
	if (pins && pins != c->buffer.pages)
		return bench_fail(ctx, EPROTO, "%llu pages were pinned, not %llu",
				  (unsigned long long)pins, (unsigned long long)c->buffer.pages);
	return 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct direct *d = calloc(1, sizeof(*d));
	struct dmabuf_case *c;
	int err;

	if (!d)
		return bench_fail(ctx, ENOMEM, "no memory");
	d->device = -1;
	err = dmabuf_setup_of(ctx, -1, bench_param_size_bytes(ctx, "size"), &c);
	if (!bench_state(ctx)) {
		free(d);
		return err;
	}
	c->own = d;
	if (!err)
		err = prepare(ctx, c, d);
	if (!err)
		err = dmabuf_add_in_programs(ctx, &names, c->buffer.bytes / d->io_bytes);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	return err ? err : check_pins(ctx);
}

static void teardown(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct direct *d = direct_of(ctx);

	if (d && d->map)
		munmap(d->map, c->buffer.bytes);
	dmabuf_teardown(ctx);
	if (!d)
		return;
	stock_close(&d->stock);
	if (d->device >= 0)
		close(d->device);
	free(d);
}

const struct bench bench_dmabuf_direct_read = {
	.name = "dmabuf/direct_read",
	.summary = "What direct I/O into a memfd costs that is a dma-buf at the same time",
	.path = "pread() -> __blkdev_direct_IO_simple() -> iov_iter_extract_pages() -> "
		"pin_user_pages_fast()",
	.inside = "pread(), C library included; null_blk leaves what is read as it is",
	.outside = "the memfd, the udmabuf, its mapping for a device, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "io",
	.setup = setup,
	.run = dmabuf_run,
	.teardown = teardown,
};
