// SPDX-License-Identifier: GPL-2.0
/* A queue's features became a part of its limits in 6.11. */
#include <linux/kconfig.h>
#if IS_ENABLED(CONFIG_BLOCK)
#include <linux/blk-mq.h>

void probe(struct request_queue *q);
void probe(struct request_queue *q)
{
#ifdef PROBE_YES
	q->limits.features = BLK_FEAT_PCI_P2PDMA;
#else
	blk_queue_flag_set(QUEUE_FLAG_PCI_P2PDMA, q);
#endif
}
#elif defined(PROBE_YES)
#error "there are no block devices"
#endif
