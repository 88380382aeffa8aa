/* See hwloc.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lab/native/hwloc.h"
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

void pb_hwloc_describe_pci(json_t *line, hwloc_obj_t object, const struct hwloc_pcidev_attr_s *pci)
{
	g_autofree char *name = pci_name(pci);
	g_autofree char *id = g_strdup_printf("%04x:%04x", pci->vendor_id, pci->device_id);
	g_autofree char *class = class_of(object);

	json_object_set_new(line, "name", json_string(name));
	json_object_set_new(line, "id", json_string(id));
	if (class)
		json_object_set_new(line, "class", json_string(class));
}

int pb_hwloc_near_node(hwloc_topology_t topology, hwloc_obj_t io)
{
	hwloc_obj_t above = hwloc_get_non_io_ancestor_obj(topology, io);

	if (!above || !above->nodeset || hwloc_bitmap_weight(above->nodeset) != 1)
		return -1;
	return hwloc_bitmap_first(above->nodeset);
}

void pb_hwloc_add_disks(json_t *line, hwloc_obj_t device)
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

static int load(hwloc_topology_t topology)
{
	if (hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL))
		return -1;
	return hwloc_topology_load(topology);
}

int pb_hwloc_load(const char *root, hwloc_topology_t *ret_topology, GError **ret_error)
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
	*ret_topology = topology;
	return 0;
}
