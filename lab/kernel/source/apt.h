/*
 * Sources from Debian's own linux-source packages, through the machine's apt and its
 * mirror, without root. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_SOURCE_APT_H
#define PINBENCH_LAB_KERNEL_SOURCE_APT_H

#include "lab/kernel/obtain.h"

/* The newest version of definition->package that apt knows. */
int pb_apt_obtain(const struct pb_kernel_definition *definition, struct pb_progress *progress,
		  struct pb_kernel_source **ret_source, GError **ret_error);

#endif
