// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: a buffer that is memory of a device. It has no pages, and goes to importers that
 * take such memory, as addresses: mapped piece by piece, or by the kernel's own function for a list
 * of physical ranges.
 */
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "dmabuf.h"

int bar_check(const struct pinbench_dmabuf_export *req)
{
	if (!(req->flags & PINBENCH_DMABUF_BAR))
		return req->pci_address || req->bar || req->bar_offset ||
				       req->table == PINBENCH_TABLE_RANGES
			       ? -EINVAL
			       : 0;
	/* It stays where it is, but who has it mapped is told when it goes. */
	if (req->flags != (PINBENCH_DMABUF_BAR | PINBENCH_DMABUF_DYNAMIC) ||
	    req->table == PINBENCH_TABLE_PAGES || req->insert == PINBENCH_INSERT_PAGE ||
	    req->insert == PINBENCH_INSERT_RETURNED || offset_in_page(req->bar_offset))
		return -EINVAL;
	return req->table == PINBENCH_TABLE_RANGES && !COMPAT_HAS_RANGES ? -EOPNOTSUPP : 0;
}

static void fill_ranges(struct buffer *b)
{
	const struct place *place = &b->places[0];
	u32 i;

	for (i = 0; i < b->nr_ranges; i++) {
		b->ranges[i].paddr = PFN_PHYS(place_pfn(place, (pgoff_t)i << place->order));
		b->ranges[i].len = PAGE_SIZE << place->order;
	}
}

int bar_init(struct buffer *b, const struct pinbench_dmabuf_export *req)
{
	struct pinbench_pci *device = pinbench_pci_get(req->pci_address);
	int err;

	if (IS_ERR(device))
		return PTR_ERR(device);
	b->device = device;
	/* Whose memory has pages is no memory without. */
	if (pinbench_pci_is_provider(device))
		return -EBUSY;
	err = pinbench_pci_check_bar(device, req->bar, req->bar_offset, req->bytes);
	if (err)
		return err;
	b->bar = req->bar;
	b->nr_places = 1;
	b->places[0].base_pfn =
		PHYS_PFN(pci_resource_start(pinbench_pci_dev(device), req->bar) + req->bar_offset);
	b->places[0].nr_pages = req->bytes >> PAGE_SHIFT;
	b->places[0].order = get_order(req->segment_bytes);
	b->nr_ranges = b->places[0].nr_pages >> b->places[0].order;
	b->ranges = kvcalloc(b->nr_ranges, sizeof(*b->ranges), GFP_KERNEL);
	if (!b->ranges)
		return -ENOMEM;
	fill_ranges(b);
	return 0;
}

void bar_free(struct buffer *b)
{
	kvfree(b->ranges);
	pinbench_pci_put(b->device);
}

int bar_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attachment)
{
	return attachment->peer2peer ? 0 : -EINVAL;
}

static void unmap_pieces(struct sg_table *sgt, unsigned int nr, struct device *dev,
			 enum dma_data_direction direction)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sg(sgt->sgl, sg, nr, i)
		dma_unmap_resource(dev, sg_dma_address(sg), sg_dma_len(sg), direction, MAP_ATTRS);
}

static int map_pieces(const struct buffer *b, struct sg_table *sgt, struct device *dev,
		      enum dma_data_direction direction)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sg(sgt->sgl, sg, b->nr_ranges, i)
	{
		const compat_range *range = &b->ranges[i];
		dma_addr_t addr =
			dma_map_resource(dev, range->paddr, range->len, direction, MAP_ATTRS);

		if (dma_mapping_error(dev, addr)) {
			unmap_pieces(sgt, i, dev, direction);
			return -EIO;
		}
		sg_set_page(sg, NULL, range->len, 0);
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = range->len;
	}
	return 0;
}

static struct sg_table *make_table(const struct buffer *b, struct device *dev,
				   enum dma_data_direction direction)
{
	struct sg_table *sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	int err;

	if (!sgt)
		return ERR_PTR(-ENOMEM);
	err = sg_alloc_table(sgt, b->nr_ranges, GFP_KERNEL);
	if (err)
		goto free;
	err = map_pieces(b, sgt, dev, direction);
	if (!err)
		return sgt;
	sg_free_table(sgt);
free:
	kfree(sgt);
	return ERR_PTR(err);
}

struct sg_table *bar_map(struct dma_buf_attachment *attachment, enum dma_data_direction direction)
{
	struct buffer *b = attachment->dmabuf->priv;

	if (b->is_revoked)
		return ERR_PTR(-ENODEV);
	b->counts.maps++;
	if (b->table == PINBENCH_TABLE_RANGES)
		return compat_dma_buf_map_ranges(attachment, pinbench_pci_dev(b->device), b->bar,
						 b->ranges, b->nr_ranges, b->bytes, direction);
	return make_table(b, attachment->dev, direction);
}

void bar_unmap(struct dma_buf_attachment *attachment, struct sg_table *sgt,
	       enum dma_data_direction direction)
{
	struct buffer *b = attachment->dmabuf->priv;

	b->counts.unmaps++;
	if (b->table == PINBENCH_TABLE_RANGES) {
		compat_dma_buf_free_table(attachment, sgt, direction);
		return;
	}
	unmap_pieces(sgt, b->nr_ranges, attachment->dev, direction);
	sg_free_table(sgt);
	kfree(sgt);
}
