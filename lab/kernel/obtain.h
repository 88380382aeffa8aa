/*
 * A kernel's source in the cache.
 *
 * A source is addressed by its content, complete or not there, and never written
 * again: whoever wants to change one copies it (pb_copy_tree). A user's own tree
 * is read and never written, its .git included.
 */
#ifndef PINBENCH_LAB_KERNEL_OBTAIN_H
#define PINBENCH_LAB_KERNEL_OBTAIN_H

#include <glib.h>
#include <stdbool.h>

#include "lab/kernel/definition.h"
#include "lab/kernel/spec.h"
#include "lab/util/progress.h"

struct pb_kernel_source {
	char *id;	 /* names the content; a directory name */
	char *directory; /* CACHE/sources/ID */
	char *origin;	 /* for people: package and version, or path and revision */
	bool user_tree;	 /* the user's: an error in it is the user's to fix */
};
typedef struct pb_kernel_source pb_kernel_source;

/*
 * The source of @spec, from the cache if it is there. A named kernel stays the
 * version it was when it was first obtained; with @refresh apt is asked again. The patches
 * of @spec are not in it.
 *
 * Errors: PB_EXIT_USAGE for what the user got wrong (no kernel tree there, no such
 * revision, host, which has no source here), PB_EXIT_ENVIRONMENT for apt, network
 * and disk, -EINTR.
 */
int pb_kernel_obtain(const struct pb_kernel_spec *spec,
		     const struct pb_kernel_definition *definition, bool refresh,
		     struct pb_progress *progress, struct pb_kernel_source **ret_source,
		     GError **ret_error);

/*
 * Whether @spec names what there is, without fetching or building anything: a kernel of
 * @configs_dir, a tree, its revision, patches that can be read. PB_EXIT_USAGE if it does not.
 */
int pb_kernel_check(const struct pb_kernel_spec *spec, const char *configs_dir, GError **ret_error);

/* Takes NULL. */
void pb_kernel_source_free(struct pb_kernel_source *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_kernel_source, pb_kernel_source_free)

#endif
