/* Virtual processors, each on a processor of the host that is its own. */
#ifndef PINBENCH_LAB_GUEST_PIN_H
#define PINBENCH_LAB_GUEST_PIN_H

#include <glib.h>
#include "lab/guest/vm.h"

struct pb_vcpu {
	int vcpu; /* the guest's number */
	int cpu;  /* the host's */
};

/*
 * The processors that this process may run on, as an array of int: the first one last, for it
 * serves most of the machine's interrupts. NULL if they cannot be asked for. Free with
 * g_array_unref.
 */
GArray *pb_pin_cpus(void);

/*
 * Binds each virtual processor's thread to one of @cpus (of int), in order, and all other
 * threads of QEMU to the rest of them, if there is one. *ret_vcpus is an array of struct pb_vcpu;
 * empty if there are more virtual processors than @cpus: then nothing is bound. -EPIPE if QEMU
 * has gone, -EINVAL with PB_EXIT_USAGE if this process may not use one of @cpus.
 */
int vm_pin(struct vm *vm, const GArray *cpus, GArray **ret_vcpus, GError **ret_error);

#endif
