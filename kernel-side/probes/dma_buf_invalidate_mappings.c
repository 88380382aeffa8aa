// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>

void probe(struct dma_buf *dmabuf, struct dma_buf_attach_ops *ops);
void probe(struct dma_buf *dmabuf, struct dma_buf_attach_ops *ops)
{
#ifdef PROBE_YES
	ops->invalidate_mappings = NULL;
	dma_buf_invalidate_mappings(dmabuf);
#else
	ops->move_notify = NULL;
	dma_buf_move_notify(dmabuf);
#endif
}
