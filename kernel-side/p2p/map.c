// SPDX-License-Identifier: GPL-2.0
/* Family p2p: what mapping a table of such memory costs the device that is to use it. */
#include <linux/dma-mapping.h>
#include <linux/sched/signal.h>
#include "p2p.h"

/* Segments of contiguous memory, none of them right behind its neighbour. */
struct table {
	struct sg_table sgt;
	void **memory;
	u32 count;
	size_t bytes; /* of each: twice its segment */
};

static void drop_table(const struct p2p_pair *pair, struct table *t)
{
	u32 i;

	for (i = 0; i < t->count; i++)
		p2p_free(pair, t->memory[i], t->bytes);
	kvfree(t->memory);
	sg_free_table(&t->sgt);
}

static int fill_table(const struct p2p_pair *pair, struct table *t, size_t segment_bytes)
{
	struct scatterlist *sg;
	u32 i;

	for_each_sgtable_sg(&t->sgt, sg, i)
	{
		void *memory = p2p_alloc(pair, t->bytes);

		if (!memory)
			return -ENOMEM;
		t->memory[t->count++] = memory;
		sg_set_page(sg, virt_to_page(memory), segment_bytes, 0);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int make_table(const struct p2p_pair *pair, const struct pinbench_p2p_map *req,
		      struct table *t)
{
	int err;

	t->bytes = 2 * req->segment_bytes;
	t->memory = kvcalloc(req->segments, sizeof(*t->memory), GFP_KERNEL);
	if (!t->memory)
		return -ENOMEM;
	err = sg_alloc_table(&t->sgt, req->segments, GFP_KERNEL);
	return err ? err : fill_table(pair, t, req->segment_bytes);
}

static int map_once(const struct p2p_pair *pair, struct table *t, struct p2p_measures *m,
		    struct pinbench_p2p_map *req)
{
	struct device *dev = &pinbench_pci_dev(pair->client)->dev;
	u64 begin;
	int err;

	pinbench_measure_pause(&m->first);
	pinbench_measure_select(&m->first);
	begin = pinbench_begin(&m->first);
	err = dma_map_sgtable(dev, &t->sgt, DMA_BIDIRECTIONAL, 0);
	pinbench_end(&m->first, begin);
	req->error = -err;
	if (err) {
		req->route = err == -EREMOTEIO ? PINBENCH_P2P_REFUSED : PINBENCH_P2P_NO_PEER;
		return 0;
	}
	req->route = p2p_route(pair, t->sgt.sgl);
	req->mapped_segments = t->sgt.nents;
	pinbench_measure_pause(&m->second);
	pinbench_measure_select(&m->second);
	begin = pinbench_begin(&m->second);
	dma_unmap_sgtable(dev, &t->sgt, DMA_BIDIRECTIONAL, 0);
	pinbench_end(&m->second, begin);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int run(const struct p2p_pair *pair, struct pinbench_p2p_map *req, struct p2p_measures *m)
{
	struct table t = {0};
	int err = make_table(pair, req, &t);

	while (!err && m->first.count < m->first.capacity)
		err = map_once(pair, &t, m, req);
	drop_table(pair, &t);
	return err;
}

static bool is_possible(const struct pinbench_p2p_map *req)
{
	return is_power_of_2(req->segment_bytes) && req->segment_bytes >= PAGE_SIZE &&
	       req->segment_bytes <= SZ_2M && req->segments &&
	       req->segments <= PINBENCH_P2P_MAX_SEGMENTS &&
	       req->segments * req->segment_bytes <= PINBENCH_P2P_MAX_BYTES &&
	       !(req->flags & ~PINBENCH_P2P_SYSTEM);
}

int p2p_map(void *state, void *arg)
{
	struct pinbench_p2p_map *req = arg;
	struct p2p_measures m;
	struct p2p_pair pair;
	int err;

	if (!is_possible(req))
		return -EINVAL;
	err = p2p_get(&pair, req->provider, req->client, req->flags & PINBENCH_P2P_SYSTEM);
	if (err)
		return err;
	req->mapped_segments = 0;
	err = p2p_measures_init(&m, &req->map, &req->unmap, req->calls);
	if (err)
		goto put;
	err = run(&pair, req, &m);
	if (!err)
		err = p2p_measures_copy(&m, &req->map, &req->unmap);
	p2p_measures_free(&m);
put:
	p2p_put(&pair);
	return err;
}
