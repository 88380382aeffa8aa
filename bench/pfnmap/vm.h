/*
 * A virtual machine of KVM's with one vCPU, which never runs, and one memory slot:
 * what it takes to ask KVM for the pages of a mapping as a guest's access would.
 */
#ifndef PINBENCH_BENCH_PFNMAP_VM_H
#define PINBENCH_BENCH_PFNMAP_VM_H

#include <stdint.h>
#include "pinbench/bench.h"

struct vm {
	int kvm; /* /dev/kvm; each of them -1 if not open */
	int fd;
	int vcpu;
	uint64_t bytes; /* of the slot, which begins at guest physical address 0 */
};

/* What KVM has mapped for the guest: its page table entries of each size. */
struct vm_entries {
	uint64_t of_4k;
	uint64_t of_2m;
	uint64_t of_1g;
};

/* Whether KVM can be asked. Returns as bench_skip() does. To be closed in any case. */
int vm_open(struct bench_ctx *ctx, struct vm *ret_vm);
void vm_close(struct vm *vm);

/* A machine whose memory is this process's at @addr. Returns as bench_fail() does. */
int vm_make(struct bench_ctx *ctx, struct vm *vm, void *addr, uint64_t bytes);
/* And all that KVM has mapped for it. */
void vm_drop(struct vm *vm);

/*
 * Has KVM map the whole slot ahead of any use of it. 0 or the errno that it ended
 * with, and how much it has gone through until then.
 */
int vm_map(struct vm *vm, uint64_t *ret_bytes);
/* Returns as bench_fail() does. */
int vm_entries(struct bench_ctx *ctx, const struct vm *vm, struct vm_entries *ret_entries);
uint64_t vm_entries_bytes(const struct vm_entries *entries);

#endif
