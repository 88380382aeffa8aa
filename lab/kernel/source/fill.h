/* The tree of a git object as files. Internal to lab/kernel/source/. */
#ifndef PINBENCH_LAB_KERNEL_SOURCE_FILL_H
#define PINBENCH_LAB_KERNEL_SOURCE_FILL_H

#include "lab/kernel/obtain.h"

/*
 * For pb_source_store(); @context is the struct pb_repository. If a source in the cache differs
 * in few files, the others are hard links to it.
 */
int pb_fill_from_git(const char *directory, const struct pb_kernel_source *source, void *context,
		     struct pb_progress *progress, GError **ret_error);

#endif
