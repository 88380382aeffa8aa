/*
 * configs/kernels/NAME.ini: where a named kernel comes from and how it is
 * configured.
 *
 *   [source]
 *   package=linux-source-6.12      a Debian source package
 *   suite=trixie-backports         only if the machine's own apt does not have it
 *   [config]
 *   fragments=guest.config;preempt-voluntary.config
 *   optional=FILE;...              lines that apply if the kernel knows them
 */
#ifndef PINBENCH_LAB_KERNEL_DEFINITION_H
#define PINBENCH_LAB_KERNEL_DEFINITION_H

#include <glib.h>

/* The definition that a user's own tree is built by; it has no source. */
#define PB_DEFINITION_TREE "tree"

struct pb_kernel_definition {
	char *name;
	char *package;	/* NULL for the user's own trees */
	char *suite;	/* NULL: as the machine's apt is set up */
	char *wanted;	/* text of all fragments, in order */
	char *optional; /* text of the optional ones, "" if there are none */
};
typedef struct pb_kernel_definition pb_kernel_definition;

/*
 * Reads @configs_dir/kernels/@name.ini and its fragments. Errors: -ENOENT with
 * PB_EXIT_USAGE and the known names if there is no such file, -EINVAL if it is wrong.
 */
int pb_kernel_definition_load(const char *configs_dir, const char *name,
			      struct pb_kernel_definition **ret_definition, GError **ret_error);

/* The names that have a source, sorted; free with g_strfreev. */
char **pb_kernel_definition_names(const char *configs_dir);

/* Takes NULL. */
void pb_kernel_definition_free(struct pb_kernel_definition *definition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_kernel_definition, pb_kernel_definition_free)

#endif
