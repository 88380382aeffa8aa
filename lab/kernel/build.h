/*
 * Kernels in the cache: built once, under an address made of everything that
 * decides their bytes, and served only when they are complete.
 *
 * CACHE/kernels/KEY/ holds source/ (hard links to the cached source), source/build/
 * (the objects, in a place relative to the source that is the same for every kernel,
 * so that ccache knows what it has compiled before), kernel.ini, and the stamp
 * `complete`; CACHE/logs/KEY.log is what make printed. A build that was interrupted goes
 * on where it stopped.
 *
 * A patched kernel begins as a copy of the unpatched one, so that make does only what the
 * patches ask for. One that cannot be built leaves nothing but its log.
 */
#ifndef PINBENCH_LAB_KERNEL_BUILD_H
#define PINBENCH_LAB_KERNEL_BUILD_H

#include <glib.h>
#include <stdbool.h>

#include "lab/kernel/definition.h"
#include "lab/kernel/obtain.h"
#include "lab/util/progress.h"

struct pb_kernel {
	char *spec;	     /* as the caller wrote it */
	char *key;	     /* 32 hex digits */
	char *directory;     /* CACHE/kernels/KEY */
	char *build;	     /* the objects: make -C here builds modules */
	char *vmlinux;	     /* with its symbols, bootable by PVH */
	char *config;	     /* path of the .config; read it with pb_config_load */
	char *release;	     /* uname -r */
	char *config_sha256; /* of the .config */
	char *text_sha256;   /* of vmlinux's .text alone: whether the code differs */
	char *vmlinux_sha256;
	char *toolchain;
	char *source_id;
	char *origin;	/* package and version, or path and revision */
	char *created;	/* ISO 8601, UTC */
	char **dropped; /* optional config lines this kernel does not know */
	guint64 vmlinux_bytes;
	gint64 vmlinux_mtime_ns;
};
typedef struct pb_kernel pb_kernel;

enum pb_kernel_flags {
	PB_KERNEL_REFRESH = 1 << 0, /* ask apt for a newer version of a named kernel */
};

/*
 * The kernel of @source and @definition, from the cache or built now. @spec is kept
 * for people. Errors: PB_EXIT_USAGE for an error in a user's own tree, else
 * PB_EXIT_ENVIRONMENT; -ENOSPC, -EINVAL for config lines that did not survive, -EIO
 * for a failed build with the compiler's lines, -EINTR.
 */
int pb_kernel_build(const char *spec, const struct pb_kernel_source *source,
		    const struct pb_kernel_definition *definition, struct pb_progress *progress,
		    struct pb_kernel **ret_kernel, GError **ret_error);

/*
 * Parse, obtain, patch and build. @flags of enum pb_kernel_flags. Errors as above, and
 * PB_EXIT_USAGE for a patch that cannot be read, does not apply, or breaks the build.
 */
int pb_kernel_get(const char *spec, const char *configs_dir, unsigned int flags,
		  struct pb_progress *progress, struct pb_kernel **ret_kernel, GError **ret_error);

/* Takes NULL. */
void pb_kernel_free(struct pb_kernel *kernel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_kernel, pb_kernel_free)

#endif
