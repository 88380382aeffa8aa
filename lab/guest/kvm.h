/*
 * Whether a guest boots on a processor of the host. That /dev/kvm is there says little: it may be
 * one that runs no ordinary kernel. So it is tried, with the very guest.
 */
#ifndef PINBENCH_LAB_GUEST_KVM_H
#define PINBENCH_LAB_GUEST_KVM_H

#include "lab/guest/guest.h"
#include "lab/util/progress.h"

#define PB_ACCELERATOR_KVM "kvm"
#define PB_ACCELERATOR_TCG "tcg"

#define PB_KVM_DEVICE "/dev/kvm"
/* An emulator may boot in as many as well; a processor takes one or two. */
#define PB_KVM_BOOT_SECONDS 20

/*
 * Boots @guest, whose machine is one of pb_machine_load_kvm() and whose directory is made, and
 * later removed, by the caller. *ret_reason is NULL if it boots within @seconds, else one line that
 * says why it does not; free with g_free. @device: PB_KVM_DEVICE. That it boots, or that the time
 * was up, is kept in the cache: for this boot of the host and this machine (its arguments and
 * QEMU's version). What QEMU refuses it refuses at once, and somebody may have put it right: that
 * is asked again.
 */
int pb_kvm_ask(const struct pb_guest *guest, const char *device, guint seconds,
	       struct pb_progress *progress, char **ret_reason, GError **ret_error);

#endif
