/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a family of operations gives to main.c: its ioctls and its share of an
 * open file. A new family is one file, one line in main.c's table and one struct
 * in uapi.h.
 */
#ifndef PINBENCH_FAMILY_H
#define PINBENCH_FAMILY_H

#include <linux/mutex.h>
#include <linux/types.h>
#include "pinbench/uapi.h"

#define PINBENCH_MAX_FAMILIES 16

/* One open file. The lock serialises its ioctls; state[] belongs to the families. */
struct pinbench_file {
	struct mutex lock;
	void *state[PINBENCH_MAX_FAMILIES];
};

struct pinbench_command {
	unsigned int ioctl;
	/* arg is a kernel copy of _IOC_SIZE(ioctl) bytes, copied back on success. */
	int (*run)(void *state, void *arg);
};

struct pinbench_family {
	const char *name;
	const struct pinbench_command *commands;
	unsigned int nr_commands;
	/* Optional: state of one open file; release undoes all that it still holds. */
	void *(*open)(void);
	void (*release)(void *state);
	/* Optional: what all open files share, from loading to unloading. */
	int (*init)(void);
	void (*exit)(void);
	/* Optional: adds what the family can do on this kernel. */
	void (*describe)(struct pinbench_info *info);
};

extern const struct pinbench_family pinbench_family_null;
extern const struct pinbench_family pinbench_family_gup;
extern const struct pinbench_family pinbench_family_cma;
extern const struct pinbench_family pinbench_family_tee;
extern const struct pinbench_family pinbench_family_dmabuf;
extern const struct pinbench_family pinbench_family_pfnmap;
extern const struct pinbench_family pinbench_family_notifier;
extern const struct pinbench_family pinbench_family_pci;
extern const struct pinbench_family pinbench_family_p2p;

#endif
