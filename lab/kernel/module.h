/*
 * Building pinbench.ko for a kernel of the cache.
 */
#ifndef PINBENCH_LAB_KERNEL_MODULE_H
#define PINBENCH_LAB_KERNEL_MODULE_H

#include "lab/kernel/build.h"

/*
 * The one module that the kbuild files in @module_dir make, from copies of it and of
 * @include_dir that lie side by side as kernel-side/ and include/. Addressed by the
 * kernel's key and the contents of both; the same inputs give the same bytes wherever
 * the cache lies. *ret_path: the .ko, without debug information; free with g_free.
 *
 * Errors: -EIO with the compiler's lines (warnings are errors), PB_EXIT_ENVIRONMENT.
 */
int pb_module_build(const struct pb_kernel *kernel, const char *module_dir, const char *include_dir,
		    struct pb_progress *progress, char **ret_path, GError **ret_error);

#endif
