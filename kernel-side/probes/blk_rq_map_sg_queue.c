// SPDX-License-Identifier: GPL-2.0
/* It asked for the queue, which a request knows, until 6.16. */
#include <linux/kconfig.h>
#if IS_ENABLED(CONFIG_BLOCK)
#include <linux/blk-mq.h>

int probe(struct request *rq, struct scatterlist *sgl);
int probe(struct request *rq, struct scatterlist *sgl)
{
#ifdef PROBE_YES
	return blk_rq_map_sg(rq->q, rq, sgl);
#else
	return blk_rq_map_sg(rq, sgl);
#endif
}
#elif defined(PROBE_YES)
#error "there are no block devices"
#endif
