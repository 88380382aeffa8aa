/* See places.h. */
#include <errno.h>
#include <hwloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lab/doctor/places.h"
#include "reports/error.h"

/* How hwloc is told to read another machine's files. */
#define ROOT_VARIABLE "HWLOC_FSROOT"

static char *pci_name(const struct hwloc_pcidev_attr_s *pci)
{
	return g_strdup_printf("%04x:%02x:%02x.%x", pci->domain, pci->bus, pci->dev, pci->func);
}

/* hwloc's word for the class, which it has in "... class=0108(NVMExp) ..." alone. NULL: none. */
static char *class_of(hwloc_obj_t object)
{
	char text[256];
	const char *open;

	hwloc_obj_attr_snprintf(text, sizeof(text), object, " ", 1);
	open = strstr(text, "class=");
	open = open ? strchr(open, '(') : NULL;
	return open ? g_strndup(open + 1, strcspn(open + 1, ")")) : NULL;
}

static void describe_pci(json_t *line, hwloc_obj_t object, const struct hwloc_pcidev_attr_s *pci)
{
	g_autofree char *name = pci_name(pci);
	g_autofree char *id = g_strdup_printf("%04x:%04x", pci->vendor_id, pci->device_id);
	g_autofree char *class = class_of(object);

	json_object_set_new(line, "name", json_string(name));
	json_object_set_new(line, "id", json_string(id));
	if (class)
		json_object_set_new(line, "class", json_string(class));
}

/* The node whose memory is nearest, if there is more than one to tell apart. */
static void add_numa(json_t *line, hwloc_topology_t topology, hwloc_obj_t object)
{
	hwloc_obj_t above = hwloc_get_non_io_ancestor_obj(topology, object);

	if (hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE) < 2 || !above ||
	    !above->nodeset || hwloc_bitmap_weight(above->nodeset) != 1)
		return;
	json_object_set_new(line, "numa_node", json_integer(hwloc_bitmap_first(above->nodeset)));
}

static void add_disks(json_t *line, hwloc_obj_t device)
{
	json_t *disks = json_array();

	for (hwloc_obj_t child = device->io_first_child; child; child = child->next_sibling) {
		if (child->type == HWLOC_OBJ_OS_DEVICE && child->name &&
		    child->attr->osdev.type == HWLOC_OBJ_OSDEV_BLOCK)
			json_array_append_new(disks, json_string(child->name));
	}
	if (json_array_size(disks))
		json_object_set(line, "disks", disks);
	json_decref(disks);
}

static json_t *line_of(hwloc_topology_t topology, hwloc_obj_t object, int depth)
{
	json_t *line = json_pack("{s:i}", "depth", depth);

	if (object->type == HWLOC_OBJ_PCI_DEVICE) {
		json_object_set_new(line, "what", json_string("device"));
		describe_pci(line, object, &object->attr->pcidev);
		add_disks(line, object);
	} else if (object->attr->bridge.upstream_type == HWLOC_OBJ_BRIDGE_HOST) {
		g_autofree char *name =
			g_strdup_printf("pci%04x:%02x", object->attr->bridge.downstream.pci.domain,
					object->attr->bridge.downstream.pci.secondary_bus);

		json_object_set_new(line, "what", json_string("host bridge"));
		json_object_set_new(line, "name", json_string(name));
		add_numa(line, topology, object);
	} else {
		json_object_set_new(line, "what", json_string("bridge"));
		describe_pci(line, object, &object->attr->bridge.upstream.pci);
	}
	return line;
}

static void add_below(json_t *lines, hwloc_topology_t topology, hwloc_obj_t above, int depth)
{
	for (hwloc_obj_t child = above->io_first_child; child; child = child->next_sibling) {
		bool shown = child->type == HWLOC_OBJ_BRIDGE || child->type == HWLOC_OBJ_PCI_DEVICE;

		if (shown)
			json_array_append_new(lines, line_of(topology, child, depth));
		add_below(lines, topology, child, depth + shown);
	}
}

/* I/O hangs below whatever it is near to. */
static void add_all(json_t *lines, hwloc_topology_t topology, hwloc_obj_t above)
{
	add_below(lines, topology, above, 0);
	for (hwloc_obj_t child = above->first_child; child; child = child->next_sibling)
		add_all(lines, topology, child);
}

static int load(hwloc_topology_t topology)
{
	if (hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL))
		return -1;
	return hwloc_topology_load(topology);
}

int pb_doctor_places(const char *root, json_t **ret_places, GError **ret_error)
{
	hwloc_topology_t topology;
	int err;

	if (hwloc_topology_init(&topology))
		return pb_fail(ret_error, ENOMEM, PB_EXIT_ENVIRONMENT, "hwloc cannot be used");
	if (*root)
		g_setenv(ROOT_VARIABLE, root, TRUE);
	err = load(topology);
	if (*root)
		g_unsetenv(ROOT_VARIABLE);
	if (err) {
		hwloc_topology_destroy(topology);
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "hwloc cannot find out what this machine is made of");
	}
	*ret_places = json_array();
	add_all(*ret_places, topology, hwloc_get_root_obj(topology));
	hwloc_topology_destroy(topology);
	return 0;
}
