/*
 * What kernels the cache has, and taking them out of it.
 */
#ifndef PINBENCH_LAB_KERNEL_CACHE_LIST_H
#define PINBENCH_LAB_KERNEL_CACHE_LIST_H

#include <glib.h>
#include <stdbool.h>

#include "lab/util/progress.h"

struct pb_kernel_entry {
	char *key;
	char *spec;    /* that it was built for first */
	char *origin;  /* package and version, or path and revision */
	char *release; /* NULL while it is not complete */
	char *created; /* ISO 8601, UTC; NULL while it is not complete */
	guint64 bytes; /* on disk, without the source, which others may share */
	bool complete;
};

/* All kernels, oldest first, incomplete ones too; struct pb_kernel_entry, owned by the array. */
int pb_kernel_list(GPtrArray **ret_entries, GError **ret_error);

/*
 * Removes the kernels built for the spec @which, or the one whose key begins with it
 * (four characters at least), and the sources that nothing needs any more. One that
 * is being built is waited for. -ENOENT with PB_EXIT_USAGE if there is none.
 */
int pb_kernel_remove(const char *which, struct pb_progress *progress, guint *ret_removed,
		     GError **ret_error);

#endif
