/*
 * The guest's initramfs: init, agent, module, and the contents of its disk. The
 * same inputs give the same bytes: counted figures depend on it.
 */
#ifndef PINBENCH_LAB_GUEST_INITRAMFS_H
#define PINBENCH_LAB_GUEST_INITRAMFS_H

#include <glib.h>

struct pb_initramfs_inputs {
	const char *init;
	const char *agent;
	const char *module;   /* NULL: none, of tests */
	const char *work_dir; /* for the disk image while it is made; NULL: no disk, of tests */
	/* Of tests: a folder whose regular files go in below /, too; NULL: none. Executables stay
	 * so. */
	const char *tree;
};

/* Writes the archive to @path, whole or not at all. PB_EXIT_ENVIRONMENT on errors. */
int pb_initramfs_write(const struct pb_initramfs_inputs *inputs, const char *path,
		       GError **ret_error);

/* The version line of the program that makes the disk's filesystem; part of its identity. */
int pb_initramfs_mkfs_version(char **ret_version, GError **ret_error);

#endif
