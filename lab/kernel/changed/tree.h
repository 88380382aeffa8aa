/* The objects of a kernel build. Internal to lab/kernel/changed/. */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_TREE_H
#define PINBENCH_LAB_KERNEL_CHANGED_TREE_H

#include <glib.h>
#include <stdbool.h>

struct pb_object_file {
	char *name; /* below the build: "mm/gup.o" */
	guint64 bytes;
	gint64 mtime_s;
	gint64 mtime_ns;
	guint64 device;
	guint64 inode;
};

/*
 * The objects below the folder @build that are linked into the kernel or its modules as they
 * are: a list of struct pb_object_file sorted by name for the caller to unref. Links are not
 * followed. PB_EXIT_ENVIRONMENT if a folder cannot be read.
 */
int pb_object_files(const char *build, GPtrArray **ret_files, GError **ret_error);

/* Whether the two need not be read to know that they have the same contents. */
bool pb_object_files_same(const struct pb_object_file *a, const struct pb_object_file *b);

#endif
