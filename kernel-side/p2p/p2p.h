/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of family p2p share: two devices for the time of an ioctl, memory of the one or of
 * the machine, and tables of it that are mapped for the other.
 */
#ifndef PINBENCH_MODULE_P2P_H
#define PINBENCH_MODULE_P2P_H

#include <linux/pci-p2pdma.h>
#include <linux/scatterlist.h>
#include "../compat.h"
#include "../family.h"
#include "../measure.h"
#include "../pci.h"

/* Who takes part in an ioctl, until p2p_put(). */
struct p2p_pair {
	struct pinbench_pci *provider; /* NULL: the machine */
	struct pinbench_pci *client;   /* NULL: nobody */
};

/* @provider is 0 where @is_system. 0, -ENODEV or -EINVAL; nothing is held then. */
int p2p_get(struct p2p_pair *ret_pair, u32 provider, u32 client, bool is_system);
void p2p_put(struct p2p_pair *pair);

/* Contiguous memory of whole pages, of the provider or the machine; NULL if there is none. */
void *p2p_alloc(const struct p2p_pair *pair, size_t bytes);
void p2p_free(const struct p2p_pair *pair, void *memory, size_t bytes);

/* The way that a mapped table takes. */
u32 p2p_route(const struct p2p_pair *pair, struct scatterlist *sgl);

/* What an ioctl does, and what undoes it. */
struct p2p_measures {
	struct pinbench_measure first;
	struct pinbench_measure second;
};

/* 0 or -errno, after which there is nothing to free. Copying is of those that were measured. */
int p2p_measures_init(struct p2p_measures *m, const struct pinbench_samples *first,
		      const struct pinbench_samples *second, u32 calls);
int p2p_measures_copy(const struct p2p_measures *m, struct pinbench_samples *first,
		      struct pinbench_samples *second);
void p2p_measures_free(struct p2p_measures *m);

/* What one open file has: its disk, or NULL. */
struct p2p_state {
	struct p2p_disk *disk;
};

/* The ioctls. */
int p2p_allocate(void *state, void *arg);
int p2p_map(void *state, void *arg);
int p2p_engine(void *state, void *arg);
int p2p_disk_create(void *state, void *arg);
int p2p_disk_end(void *state, void *arg);
/* Takes NULL. */
void p2p_disk_drop(struct p2p_disk *disk);

#endif
