/* A QEMU process and its control socket: starting, watching, ending it. */
#ifndef PINBENCH_LAB_GUEST_VM_H
#define PINBENCH_LAB_GUEST_VM_H

#include <stdbool.h>
#include <sys/types.h>
#include "lab/guest/guest.h"
#include "lab/guest/qmp.h"

#define VM_PLAN_FILE	      "plan.json"
#define VM_PLUGIN_INPUT_FILE  "plugin-in.txt"
#define VM_PLUGIN_OUTPUT_FILE "plugin-out.txt"

struct vm {
	const struct pb_guest *guest;
	struct pb_qmp qmp;
	pid_t pid; /* 0 once it has been waited for */
	int status;
	off_t output_bytes; /* of console and events, when they last grew */
	gint64 output_time;
};

/*
 * Starts QEMU in the guest's folder. @incoming: a descriptor of a saved state, or
 * -1 to boot. With @has_plan the guest finds VM_PLAN_FILE of its folder in fw_cfg.
 */
int vm_start(struct vm *vm, const struct pb_guest *guest, int incoming, bool has_plan,
	     GError **ret_error);
/* Kills what still runs and frees. */
void vm_stop(struct vm *vm);

/* True once QEMU has gone; vm->status is then what waitpid() gave. */
bool vm_has_ended(struct vm *vm);
/* True if neither console nor events grew for the guest's hang_seconds. */
bool vm_is_hung(struct vm *vm);

/* The text of a file in the guest's folder, "" if there is none. */
char *vm_read_file(const struct pb_guest *guest, const char *name);

#endif
