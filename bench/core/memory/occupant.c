/* What stands in the way of an allocation: see occupant.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "pinbench/uapi.h"
#include "bench/core/sysfile.h"
#include "bench/core/memory/ballast.h"
#include "bench/core/memory/occupant.h"
#include "bench/core/memory/tee_device.h"

#define READ_BYTES  (1ul << 20)
#define SPARE_BYTES (40ul << 20) /* see pool.c */
/* Of a corner that is taken away, in the least. A piece that fits nowhere is looked for everywhere.
 */
#define PIECE_BYTES (512ul << 10)
/* What the kernel goes on to need outside of the area: its watermarks, and twice that in pieces. */
#define ROOM_BYTES (96ul << 20)

struct occupant_kind {
	const char *name;
	bool needs_module;
	bool in_cache; /* pages of a file, not of the pool */
	int (*hold)(struct bench_ctx *ctx, struct occupant *o);
};

const struct bench_param occupant_param_occupant = {
	.name = "occupant",
	.fallback = "none",
	.allowed = (const char *const[]){"none", "anon", "pagecache", "pin", "longterm", "one",
					 "tee_shm", "io_uring", NULL},
	.help = "who has pages in the area: nobody; anonymous memory; page cache; anonymous memory "
		"that is pinned short-term, pinned long-term, of which one page is pinned, that is "
		"registered with a TEE, or with io_uring",
};

const struct bench_param occupant_param_share = {
	.name = "share",
	.fallback = "30",
	.allowed = (const char *const[]){"0", "1", "10", "30", "50", "90", NULL},
	.help = "per cent of the area that it has",
};

const struct bench_param occupant_param_layout = {
	.name = "layout",
	.fallback = "dense",
	.allowed = (const char *const[]){"dense", "scattered", NULL},
	.help = "the pages lie where the kernel puts them, one beside the other, or evenly all "
		"over "
		"the area",
};

static int hold_addresses(struct bench_ctx *ctx, struct occupant *o, const uint64_t *addresses,
			  size_t count, uint32_t flags)
{
	struct pinbench_cma_hold hold = {
		.addresses = (uintptr_t)addresses,
		.nr_pages = (uint32_t)count,
		.flags = flags,
	};

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_HOLD, &hold))
		return bench_fail(ctx, errno, "cannot pin %zu pages in the area: %s", count,
				  strerror(errno));
	o->has_pins = true;
	return 0;
}

static int hold_all(struct bench_ctx *ctx, struct occupant *o, uint32_t flags)
{
	uint64_t *addresses = cma_pool_addresses(&o->pool);
	int err;

	if (!addresses)
		return bench_fail(ctx, ENOMEM, "no memory for %zu addresses", o->pool.inside_pages);
	err = hold_addresses(ctx, o, addresses, o->pool.inside_pages, flags);
	free(addresses);
	return err;
}

static int hold_pins(struct bench_ctx *ctx, struct occupant *o)
{
	return hold_all(ctx, o, 0);
}

static int hold_longterm(struct bench_ctx *ctx, struct occupant *o)
{
	return hold_all(ctx, o, PINBENCH_GUP_LONGTERM);
}

static int hold_one(struct bench_ctx *ctx, struct occupant *o)
{
	uint64_t address = cma_pool_middle(&o->pool);

	return hold_addresses(ctx, o, &address, 1, 0);
}

static int hold_by_tee(struct bench_ctx *ctx, struct occupant *o)
{
	int err = tee_device_open(ctx, &o->tee_fd);

	if (err)
		return err;
	o->shm_fd = tee_device_register(o->tee_fd, o->pool.addr,
					o->pool.filled_pages * AREA_PAGE_BYTES);
	return o->shm_fd < 0 ? bench_fail(ctx, o->shm_fd, "TEE_IOC_SHM_REGISTER: %s",
					  strerror(-o->shm_fd))
			     : 0;
}

static int hold_by_uring(struct bench_ctx *ctx, struct occupant *o)
{
	struct iovec buffer = {
		.iov_base = o->pool.addr,
		.iov_len = o->pool.filled_pages * AREA_PAGE_BYTES,
	};
	int err = ring_open(ctx, RING_ENTRIES, &o->ring);

	if (err)
		return err;
	o->has_ring = true;
	err = io_uring_register_buffers(&o->ring, &buffer, 1);
	return err ? bench_fail(ctx, err, "io_uring_register_buffers: %s", strerror(-err)) : 0;
}

/* clang-format off */
static const struct occupant_kind kinds[] = {
	{.name = "none"},
	{.name = "anon"},
	{.name = "pagecache", .in_cache = true},
	{.name = "pin", .needs_module = true, .hold = hold_pins},
	{.name = "longterm", .needs_module = true, .hold = hold_longterm},
	{.name = "one", .needs_module = true, .hold = hold_one},
	{.name = "tee_shm", .needs_module = true, .hold = hold_by_tee},
	{.name = "io_uring", .hold = hold_by_uring},
};
/* clang-format on */

static const struct occupant_kind *find_kind(const struct bench_ctx *ctx)
{
	const char *name = bench_param(ctx, "occupant");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	return NULL;
}

static bool is_nobody(const struct occupant_kind *kind)
{
	return !kind->hold && !kind->in_cache && !strcmp(kind->name, "none");
}

static bool is_scattered(const struct bench_ctx *ctx)
{
	return !strcmp(bench_param(ctx, "layout"), "scattered");
}

static uint64_t wanted_pages(const struct bench_ctx *ctx, const struct cma_area *area)
{
	return area->pages * bench_param_size_bytes(ctx, "share") / 100;
}

int occupant_check(struct bench_ctx *ctx, const struct cma_area *area)
{
	const struct occupant_kind *kind = find_kind(ctx);

	if (is_scattered(ctx) && (kind->in_cache || !kind->hold || kind->hold == hold_by_tee ||
				  kind->hold == hold_by_uring))
		return bench_skip(ctx, "layout=scattered is for pins of single pages");
	if (is_scattered(ctx) && !area->heap_path[0])
		return bench_skip(ctx, "layout=scattered wants the area's DMA heap "
				       "(CONFIG_DMABUF_HEAPS_CMA)");
	return kind->needs_module ? bench_open_module(ctx) : 0;
}

/* A hole of a file costs no disk, and its page cache is page cache. */
static int fill_cache(struct bench_ctx *ctx, const struct cma_area *area, struct occupant *o,
		      uint64_t pages)
{
	const char *dir = bench_scratch_dir(ctx);
	char path[4096], *buffer = malloc(READ_BYTES);
	struct ballast ballast;
	int err = 0;

	snprintf(path, sizeof(path), "%s/pinbench-XXXXXX", dir);
	o->file = buffer ? mkostemp(path, O_CLOEXEC) : -1;
	if (o->file < 0 || unlink(path) || ftruncate(o->file, (off_t)(pages * AREA_PAGE_BYTES)))
		err = bench_skip(ctx, "no folder for files: %s: %s", dir, strerror(errno));
	ballast_take(&ballast, SPARE_BYTES, area->pages * AREA_PAGE_BYTES);
	for (uint64_t at = 0; !err && at < pages * AREA_PAGE_BYTES; at += READ_BYTES) {
		if (pread(o->file, buffer, READ_BYTES, (off_t)at) < 0)
			err = bench_fail(ctx, errno, "cannot read %s: %s", path, strerror(errno));
	}
	ballast_drop(&ballast);
	free(buffer);
	return err;
}

static int survey_cache(struct bench_ctx *ctx, const struct cma_area *area, uint64_t *ret_pages)
{
	struct area_survey survey;
	int err = cma_area_survey(area, &survey);

	if (err)
		return bench_skip(ctx, "cannot see what lies in the area (%s): run as root",
				  strerror(-err));
	*ret_pages = survey.file_pages;
	return 0;
}

/* Other files' pages that lie in the area are there before it and after it. */
static int hold_cache(struct bench_ctx *ctx, const struct cma_area *area, struct occupant *o,
		      uint64_t pages)
{
	uint64_t before = 0, after = 0, occupied;
	int err = survey_cache(ctx, area, &before);

	if (!err)
		err = fill_cache(ctx, area, o, pages);
	if (!err)
		err = survey_cache(ctx, area, &after);
	if (err)
		return err;
	occupied = after > before ? after - before : 0;
	/* A page here or there went elsewhere; the rest of it is what is measured. */
	if (occupied < pages - pages / 20)
		return bench_skip(ctx, "of %llu pages of page cache only %llu lie in the area",
				  (unsigned long long)pages, (unsigned long long)occupied);
	bench_fact_number(ctx, "occupied_pages", (double)occupied);
	bench_fact_number(ctx, "left_pages", (double)occupied);
	return 0;
}

/*
 * An area cannot be filled to the last page, and a free corner would be where every allocation
 * goes. So that corner is allocated, while nothing else can be: all pages of the pool are pinned.
 */
static int take_rest(struct bench_ctx *ctx, const struct cma_area *area, struct occupant *o)
{
	int err = hold_pins(ctx, o);

	if (err)
		return err;
	err = ballast_take_all(&o->rest, area->heap_path, o->piece_bytes);
	if (err)
		return bench_fail(ctx, err, "%s: %s", area->heap_path, strerror(-err));
	return occupant_let_go(ctx, o);
}

static int scatter(struct bench_ctx *ctx, const struct cma_area *area, struct occupant *o,
		   uint64_t pages)
{
	uint64_t used = 0;
	int err = cma_pool_fill(ctx, area, area->pages * 90 / 100, &o->pool);

	if (!err)
		err = take_rest(ctx, area, o);
	if (!err)
		err = cma_pool_thin(ctx, &o->pool, pages);
	cma_area_used(area, &used);
	bench_fact_number(ctx, "allocated_pages", (double)used);
	return err;
}

static int fill_pool(struct bench_ctx *ctx, const struct cma_area *area, struct occupant *o)
{
	uint64_t pages = wanted_pages(ctx, area);
	int err;

	err = is_scattered(ctx) ? scatter(ctx, area, o, pages)
				: cma_pool_fill(ctx, area, pages, &o->pool);
	if (err)
		return err;
	if (o->pool.inside_pages != pages)
		return bench_fail(ctx, EPROTO, "%zu pages lie in the area, not %llu",
				  o->pool.inside_pages, (unsigned long long)pages);
	bench_fact_number(ctx, "occupied_pages", (double)pages);
	return 0;
}

static int hold(struct bench_ctx *ctx, struct occupant *o)
{
	int err = o->kind->hold && o->pool.inside_pages ? o->kind->hold(ctx, o) : 0;

	/* Whether who holds them has moved them out first is the point of it all. */
	if (!err)
		err = cma_pool_look(ctx, &o->pool);
	if (err)
		return err;
	if (o->kind->hold == hold_longterm && o->pool.inside_pages)
		return bench_fail(ctx, EPROTO, "%zu long-term pinned pages lie in the area",
				  o->pool.inside_pages);
	bench_fact_number(ctx, "left_pages", (double)o->pool.inside_pages);
	return 0;
}

int occupant_move_in(struct bench_ctx *ctx, const struct cma_area *area, size_t wanted_bytes,
		     struct occupant *ret_o)
{
	uint64_t pages = wanted_pages(ctx, area);
	int err;

	*ret_o = (struct occupant){
		.kind = find_kind(ctx),
		.piece_bytes = wanted_bytes < PIECE_BYTES ? wanted_bytes : PIECE_BYTES,
		.file = -1,
		.tee_fd = -1,
		.shm_fd = -1,
	};
	if (is_nobody(ret_o->kind))
		return 0;
	if (ret_o->kind->in_cache)
		return hold_cache(ctx, area, ret_o, pages);
	err = fill_pool(ctx, area, ret_o);
	return err ? err : hold(ctx, ret_o);
}

int occupant_is_in_place(struct bench_ctx *ctx, struct occupant *o)
{
	size_t bytes = o->pool.filled_pages * sizeof(*o->pool.pfns);
	uint64_t *before = malloc(bytes + 1);
	int ret;

	if (!before)
		return bench_fail(ctx, ENOMEM, "no memory for %zu frames", o->pool.filled_pages);
	memcpy(before, o->pool.pfns, bytes);
	ret = cma_pool_look(ctx, &o->pool);
	if (!ret)
		ret = o->file < 0 && !memcmp(before, o->pool.pfns, bytes);
	free(before);
	return ret;
}

bool occupant_holds(const struct occupant *o)
{
	return o->has_pins || o->has_ring || o->shm_fd >= 0;
}

int occupant_check_room(struct bench_ctx *ctx, const struct cma_area *area,
			const struct occupant *o, uint64_t bytes)
{
	uint64_t left = area->pages * AREA_PAGE_BYTES - bytes, free_bytes = 0, free_cma = 0;
	uint64_t inside = o->pool.inside_pages * AREA_PAGE_BYTES;
	uint64_t moved = inside > left ? inside - left : 0, room;

	if (occupant_holds(o) || !moved || meminfo_read("MemFree", &free_bytes) ||
	    meminfo_read("CmaFree", &free_cma))
		return 0;
	room = free_bytes > free_cma ? free_bytes - free_cma : 0;
	if (room >= moved + ROOM_BYTES)
		return 0;
	return bench_skip(
		ctx,
		"%llu MiB would have to move out of the area, and outside of it there are "
		"%llu MiB free",
		(unsigned long long)(moved >> 20), (unsigned long long)(room >> 20));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int occupant_let_go(struct bench_ctx *ctx, struct occupant *o)
{
	int err = 0;

	if (o->has_pins && ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_LET_GO))
		err = bench_fail(ctx, errno, "cannot unpin: %s", strerror(errno));
	o->has_pins = false;
	/* The ring itself is torn down later, by a worker of the kernel. */
	if (o->has_ring) {
		io_uring_unregister_buffers(&o->ring);
		io_uring_queue_exit(&o->ring);
	}
	o->has_ring = false;
	close_fd(&o->shm_fd);
	return err;
}

void occupant_leave(struct bench_ctx *ctx, struct occupant *o)
{
	if (!o->kind)
		return;
	occupant_let_go(ctx, o);
	close_fd(&o->tee_fd);
	if (o->file >= 0)
		posix_fadvise(o->file, 0, 0, POSIX_FADV_DONTNEED);
	close_fd(&o->file);
	cma_pool_drop(&o->pool);
	ballast_drop(&o->rest);
	*o = (struct occupant){0};
}
