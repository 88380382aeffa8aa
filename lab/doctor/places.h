/* The machine's PCI devices as a tree, by hwloc: who sits below which bridge, near which memory. */
#ifndef PINBENCH_LAB_DOCTOR_PLACES_H
#define PINBENCH_LAB_DOCTOR_PLACES_H

#include <glib.h>
#include <jansson.h>

/*
 * *ret_places: an array of lines from the top down, free with json_decref: depth (of a host bridge
 * 0), what ("host bridge", "bridge", "device"), name, id, class, numa_node if hwloc knows it, disks
 * (array of names, opt). @root: of the machine's files, "" is this one. -EIO with
 * PB_EXIT_ENVIRONMENT if hwloc cannot say.
 */
int pb_doctor_places(const char *root, json_t **ret_places, GError **ret_error);

#endif
