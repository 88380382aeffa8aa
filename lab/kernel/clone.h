/* A built kernel as the start of another one. Internal to lab/kernel/. */
#ifndef PINBENCH_LAB_KERNEL_CLONE_H
#define PINBENCH_LAB_KERNEL_CLONE_H

#include "lab/kernel/build.h"

/*
 * Copies the objects of @base to @build, which must not exist and will be used as
 * @final_tree/build. Times are kept, and the paths that its tools noted down are changed
 * to the new place: make finds nothing to do there.
 */
int pb_clone_objects(const struct pb_kernel *base, const char *build, const char *final_tree,
		     GError **ret_error);

#endif
