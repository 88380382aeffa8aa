/*
 * One guest: a QEMU process in a folder of its own, from its start to its end,
 * whatever that end is.
 */
#ifndef PINBENCH_LAB_GUEST_GUEST_H
#define PINBENCH_LAB_GUEST_GUEST_H

#include <glib.h>
#include "lab/guest/machine.h"

struct pb_guest {
	const struct pb_machine *machine;
	const char *vmlinux;
	const char *initramfs;
	const char *directory;	    /* exists; console, events and QEMU's own output go there */
	guint hang_seconds;	    /* no new output for this long is a hang */
	const char *plugin;	    /* of QEMU, that watches what is executed; NULL: none */
	const char *plugin_input;   /* a text for it */
	const char *plugin_options; /* ",name=value", as often as wanted */
	const GArray *cpus; /* of int: each virtual processor gets one of its own. NULL: any */
};

/* How a guest ended. Free the members with pb_guest_end_clear(). */
struct pb_guest_end {
	const char *failure; /* PB_FAILURE_*, or NULL: the plan was run */
	char *detail;	     /* of a failure: one line */
	char **tail;	     /* the last lines of the console */
	char *events;	     /* what came out of the port, always */
	char *plugin_output; /* what the plugin wrote; NULL if it was not loaded */
	GArray *vcpus;	     /* struct pb_vcpu of pin.h: which ran where; NULL: not bound */
};
void pb_guest_end_clear(struct pb_guest_end *end);

/*
 * Boots the guest up to the point where it waits for a plan and saves its state as
 * @snapshot. A guest that does not get there is an answer in *ret_end, not an error. -EINTR on
 * interruption.
 */
int pb_guest_snapshot(const struct pb_guest *guest, const char *snapshot,
		      struct pb_guest_end *ret_end, GError **ret_error);

/*
 * Boots the guest up to the same point, in @seconds at most, and ends it. Whether it came there is
 * an answer in *ret_end, not an error: PB_FAILURE_HANG if the time was up. -EINTR on interruption.
 */
int pb_guest_boot(const struct pb_guest *guest, guint seconds, struct pb_guest_end *ret_end,
		  GError **ret_error);

/*
 * Runs @plan (JSON) to the end, from @snapshot, or from a boot if that is NULL. A guest
 * that fails is an answer in *ret_end, not an error.
 */
int pb_guest_run(const struct pb_guest *guest, const char *snapshot, const char *plan,
		 struct pb_guest_end *ret_end, GError **ret_error);

#endif
