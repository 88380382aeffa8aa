/*
 * Patches as people have them: a diff, a mail, an mbox of a series, a directory of
 * such files. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_PATCH_PATCH_H
#define PINBENCH_LAB_KERNEL_PATCH_PATCH_H

#include <glib.h>
#include <stdbool.h>

/* One diff. */
struct pb_patch {
	char *path;    /* the file it was read from */
	char *subject; /* of its mail, without [PATCH n/m]; the file's name if it has none */
	char *diff;    /* what git apply reads */
	char **files;  /* that it changes; never NULL, never empty */
};

/*
 * The patches of @paths in order, a list of struct pb_patch for the caller to unref. Mails
 * without a diff (cover letters, replies) are left out. A relative path is below the
 * working directory. PB_EXIT_USAGE: no such file, nothing in it that git reads as a diff.
 */
int pb_patches_load(const char *const *paths, GPtrArray **ret_patches, GError **ret_error);

/*
 * Applies @patches in order to the tree @directory, which is no repository. Context must
 * match to the line: what would need fuzz is refused with the place and the lines looked
 * for. Files with several names (hard links) are replaced, never written to. On an error
 * (PB_EXIT_USAGE) the tree is left as it came to be.
 */
int pb_patches_apply(const GPtrArray *patches, const char *directory, GError **ret_error);

/* All files that the patches change. Free with g_strfreev. */
char **pb_patches_files(const GPtrArray *patches);

/* The first of @files that much depends on: a header, Kconfig or make file; NULL if none is. */
const char *pb_wide_file(const char *const *files);

/* Whether what can be configured may have changed. */
bool pb_touch_kconfig(const char *const *files);

#endif
