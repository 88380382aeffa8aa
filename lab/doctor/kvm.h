/* A few instructions on a virtual processor: whether KVM runs what a kernel consists of. */
#ifndef PINBENCH_LAB_DOCTOR_KVM_H
#define PINBENCH_LAB_DOCTOR_KVM_H

#include <stdbool.h>
#include <stdint.h>

struct pb_kvm_trial {
	bool ran;	     /* to the end: all of the code */
	bool hung;	     /* it did not come back in time */
	const char *failed;  /* what failed on the way to running it, or NULL; static */
	int error;	     /* errno of that */
	uint32_t exit;	     /* KVM_EXIT_*: how it came out of the virtual processor */
	uint32_t suberror;   /* of KVM_EXIT_INTERNAL_ERROR */
	uint64_t offset;     /* of the instruction that it was at, in bytes */
	uint64_t loop_ns;    /* processor time that it took all in all */
	uint64_t loop_insns; /* instructions of it */
};

/* The code stops at this offset where KVM does not know the instruction that kernels need. */
#define PB_KVM_CMPXCHG16B_OFFSET 13

/*
 * In a process of its own, so that what hangs there hangs nobody. The code is 64-bit, with paging:
 * a loop, then `lock cmpxchg16b`, which the kernel's allocator of memory is made of, then a
 * write to a port. @device: /dev/kvm.
 */
void pb_kvm_try(const char *device, struct pb_kvm_trial *ret_trial);

#endif
