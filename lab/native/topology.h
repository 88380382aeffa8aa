/* What this machine is made of, by hwloc: as a tree for a report, and to choose CPUs from. */
#ifndef PINBENCH_LAB_NATIVE_TOPOLOGY_H
#define PINBENCH_LAB_NATIVE_TOPOLOGY_H

#include <glib.h>
#include <jansson.h>

/* Of a tree. A machine with more is told in less detail: without PUs, then cores, then caches. */
#define PB_NATIVE_MOST_NODES 512

/*
 * *ret_tree: environment.topology of docs/result-format.md: packages, NUMA nodes, caches, cores,
 * PUs, and PCI devices at the node that they are near; json_decref it. -EIO with
 * PB_EXIT_ENVIRONMENT if hwloc cannot say.
 */
int pb_native_topology(json_t **ret_tree, GError **ret_error);

/* cpus.c */

/*
 * The CPUs to measure on, in order: those of @list ("0,2-5"), each of which this process must be
 * allowed to use; without one (NULL) all that it may use of @numa_node (-1: of the machine), one of
 * each core first, then their siblings. *ret_cpus: of int, g_array_unref it. -EINVAL with
 * PB_EXIT_USAGE if there is no such CPU or node; the message says what there is.
 */
int pb_native_choose_cpus(const char *list, int numa_node, GArray **ret_cpus, GError **ret_error);

/* Memory of a node. -EINVAL with PB_EXIT_USAGE if there is no such node. */
int pb_native_node_bytes(int numa_node, guint64 *ret_bytes, GError **ret_error);

#endif
