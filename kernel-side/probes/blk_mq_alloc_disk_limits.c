// SPDX-License-Identifier: GPL-2.0
/* A disk is made with its limits since 6.9. */
#include <linux/kconfig.h>
#if IS_ENABLED(CONFIG_BLOCK)
#include <linux/blk-mq.h>

struct gendisk *probe(struct blk_mq_tag_set *set);
struct gendisk *probe(struct blk_mq_tag_set *set)
{
#ifdef PROBE_YES
	return blk_mq_alloc_disk(set, NULL, NULL);
#else
	return blk_mq_alloc_disk(set, NULL);
#endif
}
#elif defined(PROBE_YES)
#error "there are no block devices"
#endif
