/* Memory that is known to lie in a CMA area: see pool.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "pinbench/uapi.h"
#include "bench/core/pageflags.h"
#include "bench/core/memory/ballast.h"
#include "bench/core/memory/pool.h"

#define STEP_PAGES 512
/*
 * What the kernel keeps for itself while the rest is taken away: more than its watermarks, less
 * than what is free in an area that is nine tenths full.
 */
#define SPARE_BYTES (40ul << 20)
/*
 * Of pages asked for, some lie outside all the same: those on the lists of the processors, which no
 * count of free memory shows. An eighth of the area's, on a small machine.
 */
#define STRAY_PAGES 32768

static int map(struct bench_ctx *ctx, const struct cma_area *area, size_t pages, struct cma_pool *p)
{
	*p = (struct cma_pool){
		.area = area,
		.capacity_pages = pages + pages / 8 + STRAY_PAGES,
	};
	p->pfns = calloc(p->capacity_pages, sizeof(*p->pfns));
	p->mapped = mmap(NULL, p->capacity_pages * AREA_PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p->mapped == MAP_FAILED)
		p->mapped = NULL;
	p->addr = p->mapped;
	if (!p->pfns || !p->addr)
		return bench_fail(ctx, ENOMEM, "no address space for %zu pages", pages);
	madvise(p->addr, p->capacity_pages * AREA_PAGE_BYTES, MADV_NOHUGEPAGE);
	return 0;
}

static int look_from(struct bench_ctx *ctx, struct cma_pool *p, size_t from)
{
	int err = pagemap_read(p->addr + from * AREA_PAGE_BYTES, p->filled_pages - from,
			       p->pfns + from);

	if (err == -EPERM)
		return bench_skip(ctx, "cannot see where pages lie: run as root");
	if (err)
		return bench_fail(ctx, err, "/proc/self/pagemap: %s", strerror(-err));
	for (size_t i = from; i < p->filled_pages; i++)
		p->inside_pages += cma_area_has(p->area, p->pfns[i]);
	return 0;
}

int cma_pool_look(struct bench_ctx *ctx, struct cma_pool *p)
{
	p->inside_pages = 0;
	return look_from(ctx, p, 0);
}

static int fill_step(struct bench_ctx *ctx, struct cma_pool *p, size_t pages)
{
	size_t from = p->filled_pages;

	if (pages > p->capacity_pages - from)
		pages = p->capacity_pages - from;
	for (size_t i = 0; i < pages; i++)
		p->addr[(from + i) * AREA_PAGE_BYTES] = 1;
	p->filled_pages += pages;
	return look_from(ctx, p, from);
}

static int fill(struct bench_ctx *ctx, struct cma_pool *p, size_t inside_pages)
{
	int err = 0;

	while (!err && p->inside_pages < inside_pages && p->filled_pages < p->capacity_pages) {
		size_t missing = inside_pages - p->inside_pages;

		err = fill_step(ctx, p, missing < STEP_PAGES ? missing : STEP_PAGES);
	}
	return err;
}

static int skip_short(struct bench_ctx *ctx, const struct cma_pool *p, size_t wanted)
{
	return bench_skip(
		ctx,
		"of %zu pages only %zu lie in the area, %zu were wanted: this machine has "
		"too much other free memory; give it a larger cma=",
		p->filled_pages, p->inside_pages, wanted);
}

int cma_pool_fill(struct bench_ctx *ctx, const struct cma_area *area, size_t inside_pages,
		  struct cma_pool *ret_pool)
{
	int err = map(ctx, area, inside_pages, ret_pool);
	struct ballast ballast;

	if (err)
		return err;
	ballast_take(&ballast, SPARE_BYTES, area->pages * AREA_PAGE_BYTES);
	err = fill(ctx, ret_pool, inside_pages);
	ballast_drop(&ballast);
	if (!err && ret_pool->inside_pages != inside_pages)
		return skip_short(ctx, ret_pool, inside_pages);
	return err;
}

/* Where the first @pages neighbouring pages begin that lie in the area; -1: nowhere. */
static ssize_t find_run(const struct cma_pool *p, size_t pages)
{
	size_t run = 0;

	for (size_t i = 0; i < p->filled_pages; i++) {
		run = cma_area_has(p->area, p->pfns[i]) ? run + 1 : 0;
		if (run == pages)
			return (ssize_t)(i + 1 - pages);
	}
	return -1;
}

/* The pool is these pages; the others go back. */
static void cut(struct cma_pool *p, size_t first, size_t pages)
{
	size_t rest = p->filled_pages - first - pages;

	madvise(p->addr, first * AREA_PAGE_BYTES, MADV_DONTNEED);
	p->addr += first * AREA_PAGE_BYTES;
	madvise(p->addr + pages * AREA_PAGE_BYTES, rest * AREA_PAGE_BYTES, MADV_DONTNEED);
	memmove(p->pfns, p->pfns + first, pages * sizeof(*p->pfns));
	p->filled_pages = p->inside_pages = pages;
}

/* The first pages asked for come from lists of the processor's, wherever those were filled. */
int cma_pool_fill_inside(struct bench_ctx *ctx, const struct cma_area *area, size_t pages,
			 struct cma_pool *ret_pool)
{
	int err = map(ctx, area, pages, ret_pool);
	struct ballast ballast;
	ssize_t first = -1;

	if (err)
		return err;
	ballast_take(&ballast, SPARE_BYTES, area->pages * AREA_PAGE_BYTES);
	while (!err && first < 0 && ret_pool->filled_pages < ret_pool->capacity_pages) {
		err = fill_step(ctx, ret_pool, STEP_PAGES);
		first = find_run(ret_pool, pages);
	}
	ballast_drop(&ballast);
	if (err)
		return err;
	if (first < 0)
		return skip_short(ctx, ret_pool, pages);
	cut(ret_pool, (size_t)first, pages);
	return 0;
}

/* A long-term pin moves pages out of an area, and they stay out. */
static int move_out(struct bench_ctx *ctx, struct cma_pool *p)
{
	struct pinbench_cma_hold hold = {.nr_pages = (uint32_t)p->inside_pages,
					 .flags = PINBENCH_GUP_LONGTERM};
	uint64_t *addresses = cma_pool_addresses(p);
	int err = 0;

	if (!addresses)
		return bench_fail(ctx, ENOMEM, "no memory for %zu addresses", p->inside_pages);
	hold.addresses = (uintptr_t)addresses;
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_HOLD, &hold) ||
	    ioctl(bench_module_fd(ctx), PINBENCH_IOC_CMA_LET_GO))
		err = bench_fail(ctx, errno, "cannot move %zu pages out of the area: %s",
				 p->inside_pages, strerror(errno));
	free(addresses);
	return err;
}

int cma_pool_fill_outside(struct bench_ctx *ctx, const struct cma_area *area, size_t pages,
			  struct cma_pool *ret_pool)
{
	int err = map(ctx, area, pages, ret_pool);

	while (!err && ret_pool->filled_pages < pages) {
		size_t missing = pages - ret_pool->filled_pages;

		err = fill_step(ctx, ret_pool, missing < STEP_PAGES ? missing : STEP_PAGES);
	}
	if (!err && ret_pool->inside_pages)
		err = move_out(ctx, ret_pool);
	if (!err)
		err = cma_pool_look(ctx, ret_pool);
	if (!err && ret_pool->inside_pages)
		return bench_fail(ctx, EPROTO, "%zu of %zu pages still lie in the area",
				  ret_pool->inside_pages, pages);
	return err;
}

uint64_t *cma_pool_addresses(const struct cma_pool *p)
{
	uint64_t *addresses = calloc(p->inside_pages + 1, sizeof(*addresses));
	size_t count = 0;

	for (size_t i = 0; addresses && i < p->filled_pages; i++) {
		if (cma_area_has(p->area, p->pfns[i]))
			addresses[count++] = (uintptr_t)p->addr + i * AREA_PAGE_BYTES;
	}
	return addresses;
}

uint64_t cma_pool_middle(const struct cma_pool *p)
{
	uint64_t middle = p->area->base_pfn + p->area->pages / 2, closest = UINT64_MAX;
	uint64_t address = 0;

	for (size_t i = 0; i < p->filled_pages; i++) {
		uint64_t pfn = p->pfns[i];
		uint64_t distance = pfn > middle ? pfn - middle : middle - pfn;

		if (!cma_area_has(p->area, pfn) || distance >= closest)
			continue;
		closest = distance;
		address = (uintptr_t)p->addr + i * AREA_PAGE_BYTES;
	}
	return address;
}

/* Marks what stays by the top bit of no frame number: the kernel has 55 of them. */
#define KEPT (1ull << 63)

/* A page of the pool that lies in the area, and its place in the drawing. */
struct ticket {
	uint64_t number;
	size_t page;
};

/*
 * SplitMix64 (Steele, Lea, Flood 2014) of where in the area a frame is: the same for it every time,
 * whatever became of the other frames.
 */
static uint64_t number_of(uint64_t frame)
{
	uint64_t z = (frame + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static int compare_tickets(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Marks @keep of them, each as likely as any other. 0 or -ENOMEM. */
static int choose(struct cma_pool *p, size_t keep)
{
	struct ticket *tickets = calloc(p->inside_pages + 1, sizeof(*tickets));
	size_t count = 0;

	if (!tickets)
		return -ENOMEM;
	for (size_t i = 0; i < p->filled_pages; i++) {
		if (cma_area_has(p->area, p->pfns[i]))
			tickets[count++] =
				(struct ticket){number_of(p->pfns[i] - p->area->base_pfn), i};
	}
	qsort(tickets, count, sizeof(*tickets), compare_tickets);
	for (size_t i = 0; i < keep && i < count; i++)
		p->pfns[tickets[i].page] |= KEPT;
	free(tickets);
	return 0;
}

int cma_pool_thin(struct bench_ctx *ctx, struct cma_pool *p, size_t keep)
{
	size_t run;

	if (choose(p, keep))
		return bench_fail(ctx, ENOMEM, "no memory to draw %zu pages", keep);
	for (size_t i = 0; i < p->filled_pages; i += run) {
		run = 1;
		if (p->pfns[i] & KEPT)
			continue;
		while (i + run < p->filled_pages && !(p->pfns[i + run] & KEPT))
			run++;
		if (madvise(p->addr + i * AREA_PAGE_BYTES, run * AREA_PAGE_BYTES, MADV_DONTNEED))
			return bench_fail(ctx, errno, "MADV_DONTNEED: %s", strerror(errno));
	}
	return cma_pool_look(ctx, p);
}

void cma_pool_drop(struct cma_pool *p)
{
	if (p->mapped)
		munmap(p->mapped, p->capacity_pages * AREA_PAGE_BYTES);
	free(p->pfns);
	*p = (struct cma_pool){0};
}
