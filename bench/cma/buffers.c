/* Family cma, the shared part: see buffers.h. */
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/cma/buffers.h"

#define MOST_BUFFERS 64
/* All of a case's buffers together, if they are more than one. */
#define ALL_BYTES (32ul << 20)
/* Refused so often in a row, the next ones would be too: nothing was given back meanwhile. */
#define LAST_REFUSALS 4
#define ALIGN_BYTES   (1ul << 20)

struct buffers_source {
	const char *name;
	int (*open)(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b);
	/* One buffer: 0 with its errno, or what bench_fail() gives. */
	int (*alloc)(struct bench_ctx *ctx, struct buffers *b, int *ret_errno);
	int (*free_all)(struct bench_ctx *ctx, struct buffers *b);
};

static const struct operation_metrics alloc_names = OPERATION_NAMES("alloc", "call");
static const struct operation_metrics free_names = OPERATION_NAMES("free", "call");

const struct bench_param buffers_param_via = {
	.name = "via",
	.fallback = "heap",
	.allowed = (const char *const[]){"heap", "dma", NULL},
	.help = "who asks: user space, of the area's DMA heap, which clears the memory; or a "
		"driver, by "
		"dma_alloc_attrs() without a mapping, which does not",
};

const struct bench_param buffers_param_size = {
	.name = "size",
	.fallback = "most",
	.allowed = (const char *const[]){"64k", "1m", "16m", "64m", "most", NULL},
	.help = "size of one buffer; most: seven eighths of the area. Of small ones several are "
		"asked for, and held; after four refusals in a row no more are",
};

struct heap_call {
	int heap_fd;
	size_t bytes;
	int fd;	   /* of the buffer */
	int error; /* refusing is an answer, not the end of the measuring */
};

static int call_heap(void *context)
{
	struct heap_call *c = context;
	struct dma_heap_allocation_data data = {.len = c->bytes, .fd_flags = O_RDWR | O_CLOEXEC};

	c->error = ioctl(c->heap_fd, DMA_HEAP_IOCTL_ALLOC, &data) ? errno : 0;
	c->fd = (int)data.fd;
	return 0;
}

static int heap_open(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b)
{
	int err;

	if (!area->heap_path[0])
		return bench_skip(ctx,
				  "area %s has no DMA heap (CONFIG_DMABUF_HEAPS_CMA); via=dma asks "
				  "by the module",
				  area->name);
	b->heap_fd = open(area->heap_path, O_RDONLY | O_CLOEXEC);
	if (b->heap_fd < 0)
		return bench_skip(ctx, "%s: %s", area->heap_path, strerror(errno));
	err = operation_init(ctx, &alloc_names, b->wanted, &b->alloc);
	return err ? err : operation_init(ctx, &free_names, b->wanted, &b->free);
}

static int heap_alloc(struct bench_ctx *ctx, struct buffers *b, int *ret_errno)
{
	struct heap_call c = {.heap_fd = b->heap_fd, .bytes = b->bytes};
	int err = operation_call(ctx, &b->alloc, call_heap, &c, 1);

	if (err)
		return bench_fail(ctx, err, "cannot measure: %s", strerror(-err));
	*ret_errno = c.error;
	if (!c.error)
		b->fds[b->granted] = c.fd;
	return 0;
}

static int call_close(void *context)
{
	return close(*(int *)context) ? -errno : 0;
}

static int heap_free_all(struct bench_ctx *ctx, struct buffers *b)
{
	int err = 0;

	for (size_t i = 0; i < b->granted; i++) {
		if (!err)
			err = operation_call(ctx, &b->free, call_close, &b->fds[i], 1);
		else
			close(b->fds[i]);
	}
	return err ? bench_fail(ctx, err, "closing a buffer: %s", strerror(-err)) : 0;
}

static int dma_open(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b)
{
	int err = bench_open_module(ctx);

	if (!err)
		err = operation_init_in_module(ctx, &alloc_names, b->wanted, &b->alloc);
	return err ? err : operation_init_in_module(ctx, &free_names, b->wanted, &b->free);
}

static int dma_alloc(struct bench_ctx *ctx, struct buffers *b, int *ret_errno)
{
	uint64_t duration;
	struct pinbench_cma_alloc req = {
		.samples = operation_request(ctx, &b->alloc, &duration, 1),
		.bytes = b->bytes,
	};
	int err = 0;

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_ALLOC, &req))
		err = -errno;
	if (!err)
		err = operation_add(&b->alloc, &duration, 1, 1);
	if (err)
		return bench_fail(ctx, err, "the module cannot ask for %zu bytes: %s", b->bytes,
				  strerror(-err));
	*ret_errno = (int)req.error;
	return 0;
}

static int dma_free_all(struct bench_ctx *ctx, struct buffers *b)
{
	uint64_t durations[MOST_BUFFERS];
	struct pinbench_cma_free req = {
		.samples = operation_request(ctx, &b->free, durations, MOST_BUFFERS),
	};

	if (!b->granted)
		return 0;
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_FREE, &req))
		return bench_fail(ctx, errno, "the module cannot free: %s", strerror(errno));
	operation_add(&b->free, durations, req.samples.count, req.buffers);
	return req.buffers == b->granted ? 0
					 : bench_fail(ctx, EPROTO, "%u of %zu buffers were freed",
						      req.buffers, b->granted);
}

static const struct buffers_source sources[] = {
	{"heap", heap_open, heap_alloc, heap_free_all},
	{"dma", dma_open, dma_alloc, dma_free_all},
};

static size_t size_of(const struct bench_ctx *ctx, const struct cma_area *area)
{
	size_t bytes = bench_param_size_bytes(ctx, "size");

	return bytes ? bytes : area->pages * AREA_PAGE_BYTES / 8 * 7 & ~(ALIGN_BYTES - 1);
}

int buffers_init(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *ret_buffers)
{
	size_t bytes = size_of(ctx, area), fit = ALL_BYTES / bytes;
	const struct buffers_source *source = sources;

	while (strcmp(source->name, bench_param(ctx, "via")))
		source++;
	*ret_buffers = (struct buffers){
		.source = source,
		.bytes = bytes,
		.wanted = fit > MOST_BUFFERS ? MOST_BUFFERS
			  : fit		     ? fit
					     : 1,
		.heap_fd = -1,
		.fds = calloc(MOST_BUFFERS, sizeof(int)),
	};
	if (!ret_buffers->fds)
		return bench_fail(ctx, ENOMEM, "no memory");
	if (bytes > area->pages * AREA_PAGE_BYTES)
		return bench_skip(ctx, "the area is smaller than %zu bytes", bytes);
	bench_fact_number(ctx, "buffer_bytes", (double)bytes);
	bench_fact_number(ctx, "buffers", (double)ret_buffers->wanted);
	return source->open(ctx, area, ret_buffers);
}

static double last_duration(const struct operation *op)
{
	return (double)op->durations.values[op->durations.count - 1] - op->overhead;
}

static void add_counters(struct area_counters *sum, const struct area_counters *before,
			 const struct area_counters *after)
{
	sum->allocs += after->allocs - before->allocs;
	sum->refusals += after->refusals - before->refusals;
	sum->pages_alloced += after->pages_alloced - before->pages_alloced;
	sum->pages_refused += after->pages_refused - before->pages_refused;
	sum->pages_migrated += after->pages_migrated - before->pages_migrated;
	sum->pages_stuck += after->pages_stuck - before->pages_stuck;
}

static int note_granted(struct bench_ctx *ctx, struct buffers *b, uint64_t cma_allocs)
{
	b->granted++;
	b->granted_total += last_duration(&b->alloc);
	if (cma_allocs == 1)
		return 0;
	return bench_fail(ctx, EPROTO,
			  "%zu bytes were granted, but not by CMA: cma_alloc() refused them, and "
			  "the DMA API went to the buddy allocator without a word",
			  b->bytes);
}

static void note_refused(struct bench_ctx *ctx, struct buffers *b, int error, uint64_t migrated)
{
	b->refused++;
	b->refused_total += last_duration(&b->alloc);
	b->migrated_in_vain += migrated;
	bench_fact_string(ctx, "errno", strerrorname_np(error));
}

static int alloc_one(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b)
{
	struct area_counters before, after;
	int error = 0, err;

	if (cma_area_count(area, &before))
		return bench_fail(ctx, ENOENT, "/proc/vmstat has no cma_alloc_success");
	err = b->source->alloc(ctx, b, &error);
	if (err)
		return err;
	cma_area_count(area, &after);
	add_counters(&b->counted, &before, &after);
	if (!error)
		return note_granted(ctx, b, after.allocs - before.allocs);
	note_refused(ctx, b, error, after.pages_migrated - before.pages_migrated);
	return 0;
}

int buffers_alloc(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b)
{
	size_t in_a_row = 0;
	int err = 0;

	operation_forget(&b->alloc);
	b->granted = b->refused = 0;
	b->granted_total = b->refused_total = 0;
	b->counted = (struct area_counters){0};
	b->migrated_in_vain = 0;
	while (!err && b->granted + b->refused < b->wanted && in_a_row < LAST_REFUSALS) {
		size_t refused = b->refused;

		err = alloc_one(ctx, area, b);
		in_a_row = b->refused == refused ? 0 : in_a_row + 1;
	}
	return err;
}

int buffers_warm_up(struct bench_ctx *ctx, const struct cma_area *area, struct buffers *b)
{
	int err;

	if (b->wanted == 1)
		return 0;
	buffers_rehearse(b, true);
	err = buffers_alloc(ctx, area, b);
	if (!err)
		err = buffers_free(ctx, b);
	buffers_rehearse(b, false);
	return err;
}

void buffers_count(struct bench_ctx *ctx, const struct buffers *b)
{
	const struct area_counters *c = &b->counted;

	bench_counter(ctx, "cma_alloc_success", (double)c->allocs, "region");
	bench_counter(ctx, "cma_alloc_fail", (double)c->refusals, "region");
	bench_counter(ctx, "cma_pages_alloced", (double)c->pages_alloced, "region");
	bench_counter(ctx, "cma_pages_refused", (double)c->pages_refused, "region");
	bench_counter(ctx, "pages_migrated", (double)c->pages_migrated, "region");
	bench_counter(ctx, "pages_migrated_in_vain", (double)b->migrated_in_vain, "region");
	bench_counter(ctx, "pgmigrate_fail", (double)c->pages_stuck, "region");
}

double buffers_success_percent(const struct buffers *b)
{
	return 100.0 * (double)b->granted / (double)b->wanted;
}

void buffers_report(struct bench_ctx *ctx, struct buffers *b)
{
	operation_report(ctx, &b->alloc);
	bench_sample(ctx, "success", buffers_success_percent(b));
	if (b->granted)
		bench_sample(ctx, "granted", b->granted_total / (double)b->granted);
	if (b->refused)
		bench_sample(ctx, "refused", b->refused_total / (double)b->refused);
}

int buffers_free(struct bench_ctx *ctx, struct buffers *b)
{
	int err;

	operation_forget(&b->free);
	err = b->source->free_all(ctx, b);

	b->granted = 0;
	return err;
}

void buffers_rehearse(struct buffers *b, bool rehearsal)
{
	b->alloc.rehearsal = b->free.rehearsal = rehearsal;
}

void buffers_drop(struct buffers *b)
{
	if (!b->source)
		return;
	if (b->heap_fd >= 0)
		close(b->heap_fd);
	for (size_t i = 0; b->heap_fd >= 0 && i < b->granted; i++)
		close(b->fds[i]);
	free(b->fds);
	operation_free(&b->alloc);
	operation_free(&b->free);
	*b = (struct buffers){0};
}
