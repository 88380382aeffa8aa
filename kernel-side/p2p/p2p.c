// SPDX-License-Identifier: GPL-2.0
/*
 * Family p2p: memory of a PCI device that others reach directly. Here: who takes part, and how far
 * they are from each other.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "p2p.h"

int p2p_get(struct p2p_pair *ret_pair, u32 provider, u32 client, bool is_system)
{
	struct p2p_pair pair = {0};

	if (is_system && provider)
		return -EINVAL;
	if (!is_system) {
		pair.provider = pinbench_pci_get_provider(provider);
		if (IS_ERR(pair.provider))
			return PTR_ERR(pair.provider);
	}
	pair.client = pinbench_pci_get(client);
	if (IS_ERR(pair.client)) {
		pinbench_pci_put(pair.provider);
		return PTR_ERR(pair.client);
	}
	*ret_pair = pair;
	return 0;
}

void p2p_put(struct p2p_pair *pair)
{
	pinbench_pci_put(pair->client);
	pinbench_pci_put(pair->provider);
}

void *p2p_alloc(const struct p2p_pair *pair, size_t bytes)
{
	if (pair->provider)
		return pci_alloc_p2pmem(pinbench_pci_dev(pair->provider), bytes);
	return alloc_pages_exact(bytes, GFP_KERNEL | __GFP_NOWARN);
}

void p2p_free(const struct p2p_pair *pair, void *memory, size_t bytes)
{
	if (pair->provider)
		pci_free_p2pmem(pinbench_pci_dev(pair->provider), memory, bytes);
	else
		free_pages_exact(memory, bytes);
}

u32 p2p_route(const struct p2p_pair *pair, struct scatterlist *sgl)
{
	if (!pair->provider)
		return PINBENCH_P2P_NO_PEER;
	return compat_sg_is_bus_address(sgl) ? PINBENCH_P2P_BUS : PINBENCH_P2P_HOST_BRIDGE;
}

static int measure_distance(const struct p2p_pair *pair, struct pinbench_measure *m,
			    s32 *ret_distance)
{
	struct pci_dev *provider = pinbench_pci_dev(pair->provider);
	struct device *client = &pinbench_pci_dev(pair->client)->dev;
	u64 begin;

	while (m->count < m->capacity) {
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		*ret_distance = pci_p2pdma_distance_many(provider, &client, 1, false);
		pinbench_end(m, begin);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int p2p_distance(void *state, void *arg)
{
	struct pinbench_p2p_distance *req = arg;
	struct pinbench_measure m;
	struct p2p_pair pair;
	int err;

	if (req->calls > PINBENCH_P2P_MAX_CALLS)
		return -EINVAL;
	err = p2p_get(&pair, req->provider, req->client, false);
	if (err)
		return err;
	err = pinbench_measure_init(&m, &req->samples, req->calls);
	if (err)
		goto put;
	err = measure_distance(&pair, &m, &req->distance);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
put:
	p2p_put(&pair);
	return err;
}

int p2p_measures_init(struct p2p_measures *m, const struct pinbench_samples *first,
		      const struct pinbench_samples *second, u32 calls)
{
	int err;

	if (calls > PINBENCH_P2P_MAX_CALLS)
		return -EINVAL;
	err = pinbench_measure_init(&m->first, first, calls);
	if (err)
		return err;
	err = pinbench_measure_init(&m->second, second, calls);
	if (err)
		pinbench_measure_free(&m->first);
	return err;
}

int p2p_measures_copy(const struct p2p_measures *m, struct pinbench_samples *first,
		      struct pinbench_samples *second)
{
	int err = pinbench_measure_copy(&m->first, first);

	return err ? err : pinbench_measure_copy(&m->second, second);
}

void p2p_measures_free(struct p2p_measures *m)
{
	pinbench_measure_free(&m->second);
	pinbench_measure_free(&m->first);
}

static void *p2p_open(void)
{
	return kzalloc(sizeof(struct p2p_state), GFP_KERNEL);
}

static void p2p_release(void *state)
{
	struct p2p_state *s = state;

	p2p_disk_drop(s->disk);
	kfree(s);
}

static const struct pinbench_command p2p_commands[] = {
	{PINBENCH_IOC_P2P_DISTANCE, p2p_distance}, {PINBENCH_IOC_P2P_ALLOC, p2p_allocate},
	{PINBENCH_IOC_P2P_MAP, p2p_map},	   {PINBENCH_IOC_P2P_DISK, p2p_disk_create},
	{PINBENCH_IOC_P2P_ENGINE, p2p_engine},	   {PINBENCH_IOC_P2P_DISK_DROP, p2p_disk_end},
};

const struct pinbench_family pinbench_family_p2p = {
	.name = "p2p",
	.commands = p2p_commands,
	.nr_commands = ARRAY_SIZE(p2p_commands),
	.open = p2p_open,
	.release = p2p_release,
};
