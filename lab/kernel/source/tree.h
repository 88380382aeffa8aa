/*
 * Sources from a user's own tree, by git objects that lie in the cache. Internal
 * to lab/kernel/; see lab/kernel/obtain.h for what is promised.
 */
#ifndef PINBENCH_LAB_KERNEL_SOURCE_TREE_H
#define PINBENCH_LAB_KERNEL_SOURCE_TREE_H

#include "lab/kernel/obtain.h"

/* The tree at spec->path as it is on disk, or at spec->revision. */
int pb_tree_obtain(const struct pb_kernel_spec *spec, struct pb_progress *progress,
		   struct pb_kernel_source **ret_source, GError **ret_error);

/* Whether there is such a tree, and such a revision. */
int pb_tree_check(const struct pb_kernel_spec *spec, GError **ret_error);

/* What the id of a source begins with that came from a tree; a git tree's name follows. */
#define PB_TREE_ID "tree-"

/*
 * The files that differ between the sources @id and @other of the tree at @path, also those that
 * only one has, as far as git still has both; free with g_strfreev. NULL if it has not, or
 * if there are more than @most.
 */
char **pb_tree_difference(const char *path, const char *id, const char *other, guint most);

#endif
