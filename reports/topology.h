/* Where the devices of a case are: the object "topology" of result.json, read. */
#ifndef PINBENCH_REPORTS_TOPOLOGY_H
#define PINBENCH_REPORTS_TOPOLOGY_H

#include <stdbool.h>

#include "reports/result_read.h"

/* More than any path between a few devices has; what is larger is refused. */
#define PB_TOPOLOGY_MAX_NODES 64

/* Strings are the document's. */
struct pb_topology_node {
	int parent;	   /* index of a node before it; -1: the first */
	const char *kind;  /* "host-bridge", "root-port", ...; perhaps one not known here */
	const char *name;  /* "0000:01:00.0" */
	const char *id;	   /* vendor and device, "1af4:1110"; or NULL */
	const char *class; /* what it is, in a word; or NULL */
	const char *driver;
	const char *role; /* of a device that takes part: "provider"; else NULL */
	int iommu_group;  /* -1: in none */
};

struct pb_topology {
	struct pb_topology_node *nodes; /* a tree, parents first */
	size_t count;			/* 1 or more */
	const char *verdict;		/* or NULL */
	bool shut;			/* one may not reach the other */
	const json_t *source;
};

/* -EINVAL as all of result_read.h; *ret_topology is the caller's to free. */
int pb_topology_read(struct pb_reader *reader, json_t *object, struct pb_topology **ret_topology);
/* Takes NULL. */
void pb_topology_free(struct pb_topology *topology);

/* The same devices in the same roles and places; the verdicts may differ. */
bool pb_topology_is_same(const struct pb_topology *one, const struct pb_topology *other);

#endif
