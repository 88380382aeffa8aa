/* How the pages of memory under test lie: see layout.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/memory/layout.h"
#include "bench/core/pageflags.h"
#include "bench/core/sysfile.h"

#define PAGE_BYTES 4096ul
#define HUGE_BYTES (2ul << 20)
#define SPLIT_FILE "/sys/kernel/debug/split_huge_pages"

const struct bench_param layout_param = {
	.name = "layout",
	.fallback = "any",
	.allowed = (const char *const[]){"any", "contiguous", "scattered", NULL},
	.help = "how pages lie in physical memory: as they come; anonymous ones of 4k side by "
		"side, "
		"in ranges of 2 MiB or more; or no two neighbours side by side",
};

bool layout_is_chance(const struct bench_ctx *ctx)
{
	const char *page = bench_param(ctx, "page");

	return !strcmp(bench_param(ctx, layout_param.name), "any") &&
	       (!strcmp(page, "4k") || !strcmp(page, "any"));
}

/* Pages come in the order in which they are touched: neighbours never one after the other. */
static void scatter(const struct backing *b)
{
	volatile char *addr = b->addr;

	madvise(b->addr, b->bytes, MADV_NOHUGEPAGE);
	for (size_t first = 0; first < 2; first++) {
		for (size_t i = first * PAGE_BYTES; i < b->bytes; i += 2 * PAGE_BYTES)
			addr[i] = 1;
	}
}

/* A new mapping: page tables that are there already keep huge pages away. */
static int map_anew(struct bench_ctx *ctx, const struct backing *b)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	if (mmap(b->addr, b->bytes, PROT_READ | PROT_WRITE, flags, -1, 0) != b->addr)
		return bench_fail(ctx, errno, "cannot map %zu bytes anew: %s", b->bytes,
				  strerror(errno));
	return 0;
}

/*
 * A huge page is split into pages that stay where they are. One that is all zeros would be taken
 * away.
 */
static int make_contiguous(struct bench_ctx *ctx, const struct backing *b)
{
	volatile char *addr = b->addr;
	char request[96];
	int err;

	if (madvise(b->addr, b->bytes, MADV_HUGEPAGE))
		return bench_skip(ctx, "no huge pages to split: %s", strerror(errno));
	for (size_t i = 0; i < b->bytes; i += PAGE_BYTES)
		addr[i] = 1;
	madvise(b->addr, b->bytes, MADV_NOHUGEPAGE);
	snprintf(request, sizeof(request), "%d,0x%zx,0x%zx,0", (int)getpid(), (size_t)b->addr,
		 (size_t)b->addr + b->bytes);
	err = sysfile_write(SPLIT_FILE, request);
	return err ? bench_skip(ctx, SPLIT_FILE ": %s", strerror(-err)) : 0;
}

static int count_pieces(struct bench_ctx *ctx, const struct backing *b, size_t *ret_pieces)
{
	size_t pages = b->bytes / PAGE_BYTES;
	uint64_t *pfns = calloc(pages, sizeof(*pfns));
	int err = pfns ? pagemap_read(b->addr, pages, pfns) : -ENOMEM;

	*ret_pieces = 0;
	for (size_t i = 0; !err && i < pages; i++)
		*ret_pieces += !i || pfns[i] != pfns[i - 1] + 1;
	free(pfns);
	return err ? bench_fail(ctx, err, "/proc/self/pagemap: %s", strerror(-err)) : 0;
}

static int verify(struct bench_ctx *ctx, const struct backing *b, size_t least, size_t most)
{
	struct page_survey survey;
	size_t pieces;
	int err = count_pieces(ctx, b, &pieces);

	if (err)
		return err;
	bench_fact_number(ctx, "contiguous_pieces", (double)pieces);
	if (pieces < least || pieces > most)
		return bench_skip(ctx, "%zu bytes lie in %zu contiguous pieces, not in %zu to %zu",
				  b->bytes, pieces, least, most);
	if (least == 0)
		return 0;
	err = page_survey_take(b->addr, b->bytes, &survey);
	if (err)
		return bench_fail(ctx, err, "cannot survey the pages: %s", strerror(-err));
	if (survey.anon != survey.pages || survey.largest_folio != PAGE_BYTES)
		return bench_skip(ctx,
				  "wanted anonymous pages of 4k, got folios of up to %zu bytes",
				  survey.largest_folio);
	return 0;
}

int layout_arrange(struct bench_ctx *ctx, struct backing *b)
{
	const char *layout = bench_param(ctx, layout_param.name);
	size_t pages = b->bytes / PAGE_BYTES;
	bool is_scattered;
	int err;

	if (!strcmp(layout, "any"))
		return strcmp(bench_param(ctx, "backing"), "unfaulted") ? verify(ctx, b, 0, pages)
									: 0;
	if (strcmp(bench_param(ctx, "backing"), "anon") || strcmp(bench_param(ctx, "page"), "4k"))
		return bench_skip(ctx,
				  "only anonymous pages of 4k are laid out; others: layout=any");
	is_scattered = !strcmp(layout, "scattered");
	err = map_anew(ctx, b);
	if (!err && is_scattered)
		scatter(b);
	else if (!err)
		err = make_contiguous(ctx, b);
	if (err)
		return err;
	return is_scattered ? verify(ctx, b, pages, pages)
			    : verify(ctx, b, 1, b->bytes / HUGE_BYTES);
}
