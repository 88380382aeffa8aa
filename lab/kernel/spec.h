/*
 * What a user writes to name a kernel.
 *
 *   6.12                  a file configs/kernels/6.12.ini
 *   /path/to/linux        a tree as it is on disk; also ~/, ./ and ../
 *   /path/to/linux@REV    what REV is in that tree's repository
 *   host                  the running kernel
 *
 * each with +PATCH any number of times.
 */
#ifndef PINBENCH_LAB_KERNEL_SPEC_H
#define PINBENCH_LAB_KERNEL_SPEC_H

#include <glib.h>

enum pb_kernel_kind {
	PB_KERNEL_NAMED,
	PB_KERNEL_TREE,
	PB_KERNEL_REVISION,
	PB_KERNEL_HOST,
};

struct pb_kernel_spec {
	enum pb_kernel_kind kind;
	char *text;	/* as it was written */
	char *base;	/* the same without its patches */
	char *name;	/* NAMED: the name, else NULL */
	char *path;	/* TREE, REVISION: absolute, else NULL */
	char *revision; /* REVISION, else NULL */
	char **patches; /* never NULL */
};
typedef struct pb_kernel_spec pb_kernel_spec;

/*
 * Splits @text. Looks at the disk only to tell a '+' or '@' in the name of a
 * directory or a patch from the one that ends it. Errors: -EINVAL, PB_EXIT_USAGE.
 */
int pb_kernel_spec_parse(const char *text, struct pb_kernel_spec **ret_spec, GError **ret_error);

/* Takes NULL. */
void pb_kernel_spec_free(struct pb_kernel_spec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_kernel_spec, pb_kernel_spec_free)

#endif
