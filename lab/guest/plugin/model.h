/*
 * A model of caches and of the TLB, as the accesses to memory of the guest would use them: L1 and a
 * last level, both for data alone, and a TLB for data. It is a model, of no processor that is sold.
 * Its misses are in rare.h.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_MODEL_H
#define PINBENCH_LAB_GUEST_PLUGIN_MODEL_H

#include "lab/guest/plugin/api.h"

/* A callback of each access. */
void model_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data);
/* The whole TLB is flushed, but for what the kernel maps globally. */
void model_flush_tlb(void);

#endif
