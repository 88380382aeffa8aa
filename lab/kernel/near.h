/*
 * A kernel of a user's tree that differs from the one to be built in few files: its objects
 * are most of the work. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_NEAR_H
#define PINBENCH_LAB_KERNEL_NEAR_H

#include "lab/kernel/build.h"

struct pb_near {
	struct pb_kernel *kernel;
	char *source; /* the directory that it was built from */
	char **files; /* that differ, also those that only one of the two has */
};
typedef struct pb_near pb_near;

/* The key of the unpatched kernel of the source @id, as a new string. */
typedef char *(*pb_near_key_fn)(const char *id, const void *context);

/*
 * The complete kernel in the cache that is nearest to the source @id of the user's tree at
 * @path, made in the same way (its key says so); NULL if none is near.
 */
struct pb_near *pb_near_find(const char *path, const char *id, pb_near_key_fn key,
			     const void *context);

/*
 * Puts the source below @source at @to: files that differ are new, the others as old as
 * those that the near kernel was built from, so that make does what is needed and no more.
 */
int pb_near_lay_out(const struct pb_near *near, const char *source, const char *to,
		    GError **ret_error);

/* Takes NULL. */
void pb_near_free(struct pb_near *near);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_near, pb_near_free)

#endif
