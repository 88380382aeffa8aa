/*
 * A kernel's configuration: allnoconfig with the fragments on top, and proof that
 * every line of them is in it. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_MAKE_KCONFIG_H
#define PINBENCH_LAB_KERNEL_MAKE_KCONFIG_H

#include "lab/kernel/definition.h"
#include "lab/kernel/make/compile.h"

/*
 * Writes BUILD/.config, BUILD being make->directory/build; of @make directory, log,
 * what, lock and progress are used. @ret_dropped: the optional lines that this kernel
 * does not take, free with g_strfreev. -EINVAL names every line that did not survive.
 */
int pb_kconfig_make(const struct pb_make *make, const struct pb_kernel_definition *definition,
		    char ***ret_dropped, GError **ret_error);

#endif
