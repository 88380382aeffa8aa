/*
 * Where sources lie: CACHE/sources/ID is the tree, CACHE/sources/ID.complete says
 * that all of it is there. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_SOURCE_STORE_H
#define PINBENCH_LAB_KERNEL_SOURCE_STORE_H

#include "lab/kernel/obtain.h"

/*
 * Puts the tree of source->id below @directory, which does not exist yet and is on
 * the cache's disk.
 */
typedef int (*pb_source_fill_fn)(const char *directory, const struct pb_kernel_source *source,
				 void *context, struct pb_progress *progress, GError **ret_error);

/*
 * Completes @source, whose id is set: directory, and the tree itself if it is not
 * there yet, made by @fill under a lock. A tree that is no kernel's is refused.
 */
int pb_source_store(struct pb_kernel_source *source, pb_source_fill_fn fill, void *context,
		    struct pb_progress *progress, GError **ret_error);

/* Whether CACHE/sources/@id is complete; ret_directory (may be NULL) is where it is or would be. */
bool pb_source_present(const char *id, char **ret_directory);

/* PB_EXIT_USAGE with a reason if @directory is no kernel tree; @shown is its name for people. */
int pb_source_check(const char *directory, const char *shown, GError **ret_error);

#endif
