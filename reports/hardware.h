/*
 * The machine that was measured on: environment.topology, place and noise of result.json, read. All
 * are optional.
 */
#ifndef PINBENCH_REPORTS_HARDWARE_H
#define PINBENCH_REPORTS_HARDWARE_H

#include <stdbool.h>

#include "reports/result_read.h"

/* What is larger is refused. */
#define PB_HARDWARE_MAX_BOXES 1024

/* A part of the machine; strings are the document's. */
struct pb_hardware_box {
	int parent;	  /* index of a box before it; -1: the first */
	const char *kind; /* "machine", "package", "node", "l3", "core", "pu", "device", ... */
	const char *name; /* of a package its model, of a device its address; or NULL */
	const char *id;	  /* of a device; or NULL */
	const char *class;
	size_t index;
	double bytes;	  /* 0: none */
	const char *cpus; /* "0-3,8"; or NULL */
	const json_t *disks;
};

struct pb_hardware_concern {
	const char *name, *found;
	const char *remedy; /* or NULL */
};

struct pb_hardware {
	struct pb_hardware_box *boxes; /* a tree, parents first */
	size_t count;		       /* 0: there is no topology */
	size_t omitted_devices;
	bool placed; /* there is a place */
	size_t *cpus;
	size_t cpu_count;
	int numa_node; /* of the memory; -1: any */
	bool has_noise;
	struct pb_hardware_concern *concerns;
	size_t concern_count;
	const json_t *facts; /* or NULL */
};

/* -EINVAL as all of result_read.h; *ret_hardware is the caller's to free. */
int pb_hardware_read(struct pb_reader *reader, json_t *environment,
		     struct pb_hardware **ret_hardware);
/* Takes NULL. */
void pb_hardware_free(struct pb_hardware *hardware);

/* Whether a CPU of a list such as "0-3,8" was measured on; takes NULL. */
bool pb_hardware_is_used(const struct pb_hardware *hardware, const char *cpus);

#endif
