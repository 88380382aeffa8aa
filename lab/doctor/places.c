/* See places.h. */
#include <hwloc.h>
#include <stdbool.h>
#include "lab/doctor/places.h"
#include "lab/native/hwloc.h"

/* The node whose memory is nearest, if there is more than one to tell apart. */
static void add_numa(json_t *line, hwloc_topology_t topology, hwloc_obj_t object)
{
	int node = pb_hwloc_near_node(topology, object);

	if (node >= 0 && hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE) > 1)
		json_object_set_new(line, "numa_node", json_integer(node));
}

static json_t *line_of(hwloc_topology_t topology, hwloc_obj_t object, int depth)
{
	json_t *line = json_pack("{s:i}", "depth", depth);

	if (object->type == HWLOC_OBJ_PCI_DEVICE) {
		json_object_set_new(line, "what", json_string("device"));
		pb_hwloc_describe_pci(line, object, &object->attr->pcidev);
		pb_hwloc_add_disks(line, object);
	} else if (object->attr->bridge.upstream_type == HWLOC_OBJ_BRIDGE_HOST) {
		g_autofree char *name =
			g_strdup_printf("pci%04x:%02x", object->attr->bridge.downstream.pci.domain,
					object->attr->bridge.downstream.pci.secondary_bus);

		json_object_set_new(line, "what", json_string("host bridge"));
		json_object_set_new(line, "name", json_string(name));
		add_numa(line, topology, object);
	} else {
		json_object_set_new(line, "what", json_string("bridge"));
		pb_hwloc_describe_pci(line, object, &object->attr->bridge.upstream.pci);
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

int pb_doctor_places(const char *root, json_t **ret_places, GError **ret_error)
{
	hwloc_topology_t topology;
	int err = pb_hwloc_load(root, &topology, ret_error);

	if (err)
		return err;
	*ret_places = json_array();
	add_all(*ret_places, topology, hwloc_get_root_obj(topology));
	hwloc_topology_destroy(topology);
	return 0;
}
