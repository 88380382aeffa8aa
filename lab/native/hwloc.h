/* hwloc's view of a machine, and its words for PCI devices: for whoever walks it. */
#ifndef PINBENCH_LAB_NATIVE_HWLOC_H
#define PINBENCH_LAB_NATIVE_HWLOC_H

#include <glib.h>
#include <hwloc.h>
#include <jansson.h>

/*
 * The machine whose files are below @root, "" is this one, with all its I/O. Free with
 * hwloc_topology_destroy(). -EIO with PB_EXIT_ENVIRONMENT if hwloc cannot say.
 */
int pb_hwloc_load(const char *root, hwloc_topology_t *ret_topology, GError **ret_error);

/* Adds name ("0000:01:00.0"), id ("8086:0d57") and class, if hwloc has a word for it. */
void pb_hwloc_describe_pci(json_t *line, hwloc_obj_t object, const struct hwloc_pcidev_attr_s *pci);
/* Adds the names of the disks of a device, if it has any. */
void pb_hwloc_add_disks(json_t *line, hwloc_obj_t device);
/* The one node whose memory is nearest to an I/O object; -1: it is not one alone. */
int pb_hwloc_near_node(hwloc_topology_t topology, hwloc_obj_t io);

#endif
