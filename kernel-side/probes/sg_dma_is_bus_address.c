// SPDX-License-Identifier: GPL-2.0
#include <linux/scatterlist.h>

bool probe(struct scatterlist *sg);
bool probe(struct scatterlist *sg)
{
#ifdef PROBE_YES
	return sg_dma_is_bus_address(sg);
#else
	return sg_is_dma_bus_address(sg);
#endif
}
