// SPDX-License-Identifier: GPL-2.0
/* Family dmabuf: the memory of a buffer, and tables of it for importers. See dmabuf.h. */
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "dmabuf.h"

/* What the buddy allocator gives at most. MAX_ORDER was that, or one more; MAX_PAGE_ORDER is new.
 */
#ifdef MAX_PAGE_ORDER
#define MOST_ORDER MAX_PAGE_ORDER
#else
#define MOST_ORDER (MAX_ORDER - 1)
#endif

#define SPARE_FACTOR 4

static int compare_downwards(const void *a, const void *b)
{
	const struct page *x = *(struct page *const *)a, *y = *(struct page *const *)b;

	return x < y ? 1 : -1;
}

static void free_pieces(struct page **pieces, unsigned long nr, unsigned int order)
{
	while (nr--)
		__free_pages(pieces[nr], order);
}

static struct page *alloc_piece(unsigned int order)
{
	return alloc_pages(GFP_HIGHUSER | __GFP_ZERO | __GFP_NOWARN | __GFP_NORETRY, order);
}

/*
 * As many as there are, up to @nr, from the highest address downwards: so none lies right behind
 * the one before it.
 */
static unsigned long alloc_pieces(struct page **pieces, unsigned long nr, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < nr && !fatal_signal_pending(current); i++) {
		pieces[i] = alloc_piece(order);
		if (!pieces[i])
			break;
		cond_resched();
	}
	sort(pieces, i, sizeof(*pieces), compare_downwards, NULL);
	return i;
}

/* Where @nr of @got pieces lie side by side; @got: nowhere. */
static unsigned long find_run(struct page **pieces, unsigned long got, unsigned long nr,
			      unsigned int order)
{
	unsigned long i, run = 0;

	for (i = 0; i < got; i++) {
		bool follows =
			i && page_to_pfn(pieces[i - 1]) == page_to_pfn(pieces[i]) + (1ul << order);

		run = follows ? run + 1 : 1;
		if (run == nr)
			return i + 1 - nr;
	}
	return got;
}

/*
 * What is larger than a piece can be is made of pieces that happen to lie side by side: among four
 * times as many there are some, unless memory is fragmented. The others go back.
 */
static int alloc_run(struct page **pieces, unsigned long nr, unsigned int order)
{
	unsigned long got = alloc_pieces(pieces, nr * SPARE_FACTOR, order);
	unsigned long first = find_run(pieces, got, nr, order);

	if (first == got) {
		free_pieces(pieces, got, order);
		return -ENOMEM;
	}
	free_pieces(pieces, first, order);
	free_pieces(pieces + first + nr, got - first - nr, order);
	memmove(pieces, pieces + first, nr * sizeof(*pieces));
	return 0;
}

static int alloc_all(struct page **pieces, unsigned long nr, unsigned int order)
{
	unsigned long got = alloc_pieces(pieces, nr, order);

	if (got == nr)
		return 0;
	free_pieces(pieces, got, order);
	return -ENOMEM;
}

static void fill_pages(struct place *place, struct page **pieces, unsigned long nr,
		       unsigned int order, bool is_reversed)
{
	unsigned long i, j, n = 0;

	for (i = 0; i < nr; i++) {
		struct page *piece = pieces[is_reversed ? nr - 1 - i : i];

		/* Each page has a count of its own from here on, as who maps it expects. */
		split_page(piece, order);
		for (j = 0; j < 1ul << order; j++)
			place->pages[n++] = piece + j;
	}
}

int place_init(struct place *place, size_t bytes, size_t segment_bytes)
{
	unsigned int order = min_t(unsigned int, get_order(segment_bytes), MOST_ORDER);
	unsigned long nr = bytes >> (PAGE_SHIFT + order);
	/* One segment of more than a piece can be; several such ones are not offered. */
	bool is_joined = get_order(segment_bytes) > order;
	struct page **pieces;
	int err = -ENOMEM;

	if (is_joined && bytes != segment_bytes)
		return -EINVAL;
	*place = (struct place){.nr_pages = bytes >> PAGE_SHIFT, .order = get_order(segment_bytes)};
	place->pages = kvcalloc(place->nr_pages, sizeof(*place->pages), GFP_KERNEL);
	pieces = kvcalloc(nr, SPARE_FACTOR * sizeof(*pieces), GFP_KERNEL);
	if (place->pages && pieces)
		err = is_joined ? alloc_run(pieces, nr, order) : alloc_all(pieces, nr, order);
	if (!err)
		fill_pages(place, pieces, nr, order, is_joined);
	kvfree(pieces);
	if (!err)
		return 0;
	kvfree(place->pages);
	place->pages = NULL;
	return err;
}

void place_free(struct place *place)
{
	unsigned long i;

	for (i = 0; place->pages && i < place->nr_pages; i++)
		__free_page(place->pages[i]);
	kvfree(place->pages);
	place->pages = NULL;
}

static int table_of_segments(const struct place *place, struct sg_table *sgt)
{
	unsigned long i = 0, per_segment = 1ul << place->order;
	struct scatterlist *sg;
	unsigned int n;
	int err = sg_alloc_table(sgt, place->nr_pages >> place->order, GFP_KERNEL);

	if (err)
		return err;
	for_each_sgtable_sg(sgt, sg, n)
	{
		sg_set_page(sg, place->pages[i], per_segment << PAGE_SHIFT, 0);
		i += per_segment;
	}
	return 0;
}

static int make_table(const struct place *place, u32 table, struct sg_table *sgt)
{
	if (table == PINBENCH_TABLE_SEGMENTS)
		return table_of_segments(place, sgt);
	return sg_alloc_table_from_pages(sgt, place->pages, place->nr_pages, 0,
					 place->nr_pages << PAGE_SHIFT, GFP_KERNEL);
}

struct sg_table *place_map(const struct place *place, u32 table, struct device *dev,
			   enum dma_data_direction direction)
{
	struct sg_table *sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	int err;

	if (!sgt)
		return ERR_PTR(-ENOMEM);
	err = make_table(place, table, sgt);
	if (err)
		goto free;
	err = dma_map_sgtable(dev, sgt, direction, MAP_ATTRS);
	if (!err)
		return sgt;
	sg_free_table(sgt);
free:
	kfree(sgt);
	return ERR_PTR(err);
}

void place_unmap(struct sg_table *sgt, struct device *dev, enum dma_data_direction direction)
{
	dma_unmap_sgtable(dev, sgt, direction, MAP_ATTRS);
	sg_free_table(sgt);
	kfree(sgt);
}

void place_copy(const struct place *to, const struct place *from)
{
	unsigned long i;

	for (i = 0; i < to->nr_pages; i++)
		copy_highpage(to->pages[i], from->pages[i]);
}
