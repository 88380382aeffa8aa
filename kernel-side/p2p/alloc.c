// SPDX-License-Identifier: GPL-2.0
/* Family p2p: what allocating memory of a device costs, and giving it back. */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "p2p.h"

/* All that one ioctl has, until it ends. */
struct allocations {
	struct pci_dev *pdev;
	size_t bytes;
	bool is_sgl;
	void **memory; /* or scatterlists; NULL: given back */
	u32 count;
	void **held;
	u32 held_count;
};

static void free_one(const struct allocations *a, void *memory)
{
	if (a->is_sgl)
		pci_p2pmem_free_sgl(a->pdev, memory);
	else
		pci_free_p2pmem(a->pdev, memory, a->bytes);
}

static int hold(struct allocations *a, u32 pages)
{
	while (a->held_count < pages) {
		void *page = pci_alloc_p2pmem(a->pdev, PAGE_SIZE);

		if (!page)
			return -ENOMEM;
		a->held[a->held_count++] = page;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static void *measure_one(const struct allocations *a, struct pinbench_measure *m)
{
	unsigned int nents;
	void *memory;
	u64 begin;

	pinbench_measure_pause(m);
	if (a->is_sgl) {
		begin = pinbench_begin(m);
		memory = pci_p2pmem_alloc_sgl(a->pdev, &nents, a->bytes);
		pinbench_end(m, begin);
	} else {
		begin = pinbench_begin(m);
		memory = pci_alloc_p2pmem(a->pdev, a->bytes);
		pinbench_end(m, begin);
	}
	return memory;
}

static int measure_alloc(struct allocations *a, struct pinbench_measure *m)
{
	pinbench_measure_select(m);
	while (m->count < m->capacity) {
		void *memory = measure_one(a, m);

		if (!memory)
			return -ENOMEM;
		a->memory[a->count++] = memory;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* The oldest first; what is left by one who is killed goes with the rest. */
static int measure_free(struct allocations *a, struct pinbench_measure *m)
{
	u64 begin;

	pinbench_measure_select(m);
	while (m->count < m->capacity) {
		void *memory = a->memory[m->count];

		a->memory[m->count] = NULL;
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		free_one(a, memory);
		pinbench_end(m, begin);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static void drop_all(struct allocations *a)
{
	u32 i;

	for (i = 0; i < a->count; i++) {
		if (a->memory[i])
			free_one(a, a->memory[i]);
	}
	for (i = 0; i < a->held_count; i++) {
		pci_free_p2pmem(a->pdev, a->held[i], PAGE_SIZE);
		cond_resched();
	}
	kvfree(a->memory);
	kvfree(a->held);
}

static int run(struct allocations *a, const struct pinbench_p2p_alloc *req, struct p2p_measures *m)
{
	int err;

	a->memory = kvcalloc(req->calls, sizeof(*a->memory), GFP_KERNEL);
	a->held = kvcalloc(req->held, sizeof(*a->held), GFP_KERNEL);
	if (!a->memory || (req->held && !a->held))
		return -ENOMEM;
	err = hold(a, req->held);
	if (!err)
		err = measure_alloc(a, &m->first);
	return err ? err : measure_free(a, &m->second);
}

static bool is_possible(const struct pinbench_p2p_alloc *req)
{
	return req->bytes && req->bytes <= PINBENCH_P2P_MAX_BYTES &&
	       req->held <= PINBENCH_P2P_MAX_HELD && !(req->flags & ~PINBENCH_P2P_SGL);
}

int p2p_allocate(void *state, void *arg)
{
	struct pinbench_p2p_alloc *req = arg;
	struct pinbench_pci *provider;
	struct allocations a = {.bytes = req->bytes, .is_sgl = req->flags & PINBENCH_P2P_SGL};
	struct p2p_measures m;
	int err;

	if (!is_possible(req))
		return -EINVAL;
	provider = pinbench_pci_get_provider(req->provider);
	if (IS_ERR(provider))
		return PTR_ERR(provider);
	a.pdev = pinbench_pci_dev(provider);
	err = p2p_measures_init(&m, &req->alloc, &req->free, req->calls);
	if (err)
		goto put;
	err = run(&a, req, &m);
	drop_all(&a);
	if (!err)
		err = p2p_measures_copy(&m, &req->alloc, &req->free);
	p2p_measures_free(&m);
put:
	pinbench_pci_put(provider);
	return err;
}
