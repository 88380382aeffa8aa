/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of family dmabuf share: a buffer of our own (exporter.c, with its memory in
 * places.c or bar.c and what programs see of it in mapping.c), and importers of any buffer
 * (importer.c).
 */
#ifndef PINBENCH_MODULE_DMABUF_H
#define PINBENCH_MODULE_DMABUF_H

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/types.h>
#include "../compat.h"
#include "../family.h"
#include "../pci.h"

#define PLACES 2
/*
 * As the exporters of DRM do: a buffer is mapped for several devices at once, and what a CPU does
 * to it stands between begin_cpu_access and end_cpu_access.
 */
#define MAP_ATTRS DMA_ATTR_SKIP_CPU_SYNC

/* Where a buffer can be: segments of contiguous memory, none of them right behind its neighbour. */
struct place {
	struct page **pages; /* NULL: of a BAR, which has none */
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned int order; /* of a segment */
};

/* The segments of a BAR are in it from its end downwards. */
static inline unsigned long place_pfn(const struct place *place, pgoff_t index)
{
	unsigned long last = (1ul << place->order) - 1;

	if (likely(place->pages))
		return page_to_pfn(place->pages[index]);
	return place->base_pfn + ((place->nr_pages - 1 - index) & ~last) + (index & last);
}

/* Its dma_buf's reservation lock guards all but what never changes. */
struct buffer {
	struct dma_buf *dmabuf; /* no reference: the buffer goes with it */
	size_t bytes;
	u32 insert;
	u32 table;
	bool is_dynamic;
	struct place places[PLACES];
	u32 nr_places;
	u32 at; /* index of the place */
	u32 pins;
	bool is_revoked;
	struct pinbench_dmabuf_counts counts;
	/* Of a BAR; else NULL and 0. */
	struct pinbench_pci *device;
	u32 bar;
	u32 nr_ranges;
	compat_range *ranges;
};

/* places.c: -ENOMEM, also where the machine has no such contiguous memory. */
int place_init(struct place *place, size_t bytes, size_t segment_bytes);
void place_free(struct place *place);
/* As the importer wants it: a table that is mapped for @dev, or an error pointer. */
struct sg_table *place_map(const struct place *place, u32 table, struct device *dev,
			   enum dma_data_direction direction);
void place_unmap(struct sg_table *sgt, struct device *dev, enum dma_data_direction direction);
void place_copy(const struct place *to, const struct place *from);

/*
 * bar.c: what of the request is about a BAR; the memory of one, of which bar_free() undoes also
 * what failed half way; and how such a buffer is attached to and mapped.
 */
int bar_check(const struct pinbench_dmabuf_export *req);
int bar_init(struct buffer *buffer, const struct pinbench_dmabuf_export *req);
void bar_free(struct buffer *buffer);
int bar_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attachment);
struct sg_table *bar_map(struct dma_buf_attachment *attachment, enum dma_data_direction direction);
void bar_unmap(struct dma_buf_attachment *attachment, struct sg_table *sgt,
	       enum dma_data_direction direction);

/* mapping.c: the exporter's mmap, by buffer->insert. */
int buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);
void buffer_zap(struct buffer *buffer);

/* exporter.c: our buffer behind a descriptor, with a reference to its dma_buf; or an error. */
struct buffer *buffer_get(int fd);
void buffer_put(struct buffer *buffer);

/* One importer. mapped and sgt are guarded by the reservation lock of what it is attached to. */
struct importer {
	struct device *dev;
	struct platform_device *own; /* that it is, or NULL */
	struct dma_buf_attachment *attachment;
	struct sg_table *sgt; /* mapped; perhaps stale */
	u32 flags;
	bool is_pinned;
	bool is_stale;
	u32 invalidated;
};

struct dmabuf_state {
	struct dma_buf *dmabuf; /* what they are attached to */
	struct importer importers[PINBENCH_DMABUF_MAX_IMPORTERS];
	u32 nr_importers;
	struct pinbench_pci *device; /* that all of them are, or NULL: each one of its own */
};

/* importer.c. The lock is held. */
int importers_remap(struct dmabuf_state *s);
void importers_detach(struct dmabuf_state *s);
int dmabuf_attach(void *state, void *arg);
int dmabuf_importers(void *state, void *arg);

/* exporter.c */
int dmabuf_export(void *state, void *arg);
int dmabuf_counts(void *state, void *arg);
int dmabuf_exporter(void *state, void *arg);

/* move.c */
int dmabuf_move(void *state, void *arg);

#endif
