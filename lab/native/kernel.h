/* The running kernel, and pinbench's module in it. */
#ifndef PINBENCH_LAB_NATIVE_KERNEL_H
#define PINBENCH_LAB_NATIVE_KERNEL_H

#include <glib.h>
#include <jansson.h>

#include "lab/native/guard.h"
#include "lab/util/progress.h"

/*
 * The running kernel's configuration, of /proc/config.gz or /boot/config-RELEASE, as text; NULL if
 * there is neither. To be freed.
 */
char *pb_running_config(void);

/*
 * Builds pinbench's module for the running kernel by its headers, and loads it; *ret_module is what
 * environment.module of the result is: {"state":"loaded|there|absent"[,"path"][,"reason"]}. One
 * that is loaded already is used and left as it is ("there"). One that is installed for this kernel
 * (by DKMS, say) is taken before one is built. @guard unloads what was loaded. Why there is none is
 * no error but "absent" with its reason, what to do in it; errors are interruptions and such.
 */
int pb_module_load(struct pb_guard *guard, struct pb_progress *progress, json_t **ret_module,
		   GError **ret_error);

#endif
