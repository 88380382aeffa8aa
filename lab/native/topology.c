/* See topology.h. */
#include <stdbool.h>
#include <stdlib.h>
#include "lab/native/hwloc.h"
#include "lab/native/topology.h"

/* What is left out of machines that are too large, from the first on. */
enum detail {
	ALL,
	NO_PUS,
	NO_CORES,
	NO_CACHES,
};

struct build {
	enum detail detail;
	size_t count;
	GHashTable *nodes; /* by os index: NUMA nodes of the tree, borrowed */
};

static bool is_shown(const struct build *build, hwloc_obj_t object)
{
	bool fits = build->detail < NO_CACHES || build->count < PB_NATIVE_MOST_NODES;

	switch (object->type) {
	case HWLOC_OBJ_PACKAGE:
	case HWLOC_OBJ_DIE:
	case HWLOC_OBJ_GROUP:
		return fits;
	case HWLOC_OBJ_L3CACHE:
		return fits && build->detail < NO_CACHES;
	case HWLOC_OBJ_L2CACHE:
		/* One that a core has to itself says nothing. */
		return build->detail < NO_CORES && object->arity > 1;
	case HWLOC_OBJ_CORE:
		return build->detail < NO_CORES;
	case HWLOC_OBJ_PU:
		return build->detail < NO_PUS;
	default:
		return false;
	}
}

static const char *kind_of(hwloc_obj_t object)
{
	static const struct {
		hwloc_obj_type_t type;
		const char *kind;
	} kinds[] = {
		{HWLOC_OBJ_MACHINE, "machine"}, {HWLOC_OBJ_PACKAGE, "package"},
		{HWLOC_OBJ_DIE, "die"},		{HWLOC_OBJ_NUMANODE, "node"},
		{HWLOC_OBJ_L3CACHE, "l3"},	{HWLOC_OBJ_L2CACHE, "l2"},
		{HWLOC_OBJ_CORE, "core"},	{HWLOC_OBJ_PU, "pu"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].type == object->type)
			return kinds[i].kind;
	}
	return "group";
}

static json_int_t bytes_of(hwloc_obj_t object)
{
	if (object->type == HWLOC_OBJ_MACHINE)
		return (json_int_t)object->total_memory;
	if (object->type == HWLOC_OBJ_NUMANODE)
		return (json_int_t)object->attr->numanode.local_memory;
	if (hwloc_obj_type_is_cache(object->type))
		return (json_int_t)object->attr->cache.size;
	return 0;
}

/* Caches and groups have no number of the system's. */
static unsigned int index_of(hwloc_obj_t object)
{
	return object->os_index == HWLOC_UNKNOWN_INDEX ? object->logical_index : object->os_index;
}

static json_t *describe(struct build *build, json_t *above, hwloc_obj_t object)
{
	const char *model = object->type == HWLOC_OBJ_PACKAGE
				    ? hwloc_obj_get_info_by_name(object, "CPUModel")
				    : NULL;
	json_int_t bytes = bytes_of(object);
	char *cpus = NULL;
	json_t *one;

	hwloc_bitmap_list_asprintf(&cpus, object->cpuset);
	one = json_pack("{s:s, s:I, s:s, s:s*}", "kind", kind_of(object), "index",
			(json_int_t)index_of(object), "cpus", cpus ? cpus : "", "name", model);
	free(cpus);
	if (bytes)
		json_object_set_new(one, "bytes", json_integer(bytes));
	json_object_set_new(one, "children", json_array());
	build->count++;
	if (above)
		json_array_append_new(json_object_get(above, "children"), one);
	return one;
}

/* Memory that is attached here; what is below goes into the first, whose CPUs it is. */
static json_t *add_memory(struct build *build, json_t *into, hwloc_obj_t object)
{
	json_t *first = NULL;

	for (hwloc_obj_t child = object->memory_first_child; child; child = child->next_sibling) {
		hwloc_obj_t memory = child;
		json_t *one;

		/* Behind a cache of its own, perhaps. */
		while (memory && memory->type != HWLOC_OBJ_NUMANODE)
			memory = memory->memory_first_child;
		if (!memory)
			continue;
		one = describe(build, into, memory);
		g_hash_table_insert(build->nodes, GUINT_TO_POINTER(memory->os_index), one);
		first = first ? first : one;
	}
	return first ? first : into;
}

static void add_below(struct build *build, json_t *into, hwloc_obj_t object)
{
	json_t *place = add_memory(build, into, object);

	for (hwloc_obj_t child = object->first_child; child; child = child->next_sibling) {
		json_t *one = is_shown(build, child) ? describe(build, place, child) : place;

		add_below(build, one, child);
	}
}

static json_t *build_tree(struct build *build, hwloc_topology_t topology)
{
	hwloc_obj_t root = hwloc_get_root_obj(topology);
	json_t *tree = NULL;

	for (build->detail = ALL; build->detail <= NO_CACHES; build->detail++) {
		json_decref(tree);
		build->count = 0;
		g_hash_table_remove_all(build->nodes);
		tree = describe(build, NULL, root);
		add_below(build, tree, root);
		if (build->count <= PB_NATIVE_MOST_NODES)
			break;
	}
	return tree;
}

/* Into the box of the node that it is near; into the machine's if that is none, or several. */
static void add_devices(struct build *build, json_t *tree, hwloc_topology_t topology)
{
	size_t omitted = 0;

	for (hwloc_obj_t device = hwloc_get_next_pcidev(topology, NULL); device;
	     device = hwloc_get_next_pcidev(topology, device)) {
		int node = pb_hwloc_near_node(topology, device);
		json_t *above =
			node < 0 ? NULL
				 : g_hash_table_lookup(build->nodes, GUINT_TO_POINTER((guint)node));
		json_t *one;

		if (build->count >= PB_NATIVE_MOST_NODES) {
			omitted++;
			continue;
		}
		one = json_pack("{s:s}", "kind", "device");
		pb_hwloc_describe_pci(one, device, &device->attr->pcidev);
		pb_hwloc_add_disks(one, device);
		json_array_append_new(json_object_get(above ? above : tree, "children"), one);
		build->count++;
	}
	if (omitted)
		json_object_set_new(tree, "omitted_devices", json_integer((json_int_t)omitted));
}

int pb_native_topology(json_t **ret_tree, GError **ret_error)
{
	struct build build = {.detail = ALL};
	hwloc_topology_t topology;
	int err = pb_hwloc_load("", &topology, ret_error);

	if (err)
		return err;
	build.nodes = g_hash_table_new(NULL, NULL);
	*ret_tree = build_tree(&build, topology);
	add_devices(&build, *ret_tree, topology);
	g_hash_table_unref(build.nodes);
	hwloc_topology_destroy(topology);
	return 0;
}
