// SPDX-License-Identifier: GPL-2.0
/* Tables of physical ranges, with the provider that a BAR needs for it, came together in 7.0. */
#ifdef PROBE_YES
#include <linux/dma-buf-mapping.h>
#include <linux/pci-p2pdma.h>
#elif __has_include(<linux/dma-buf-mapping.h>)
#error "there is one"
#endif
#include <linux/dma-buf.h>

struct sg_table *probe(struct dma_buf_attachment *attachment);
struct sg_table *probe(struct dma_buf_attachment *attachment)
{
#ifdef PROBE_YES
	struct p2pdma_provider *provider = pcim_p2pdma_provider(NULL, 0);

	return dma_buf_phys_vec_to_sgt(attachment, provider, NULL, 0, 0, DMA_NONE);
#else
	return NULL;
#endif
}
