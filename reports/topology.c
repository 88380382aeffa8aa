/* Reading a topology: see topology.h. */
#include "reports/topology.h"

static const struct pb_text_field fields[] = {
	PB_TEXT(struct pb_topology_node, kind, "kind", false),
	PB_TEXT(struct pb_topology_node, name, "name", false),
	PB_TEXT(struct pb_topology_node, id, "id", true),
	PB_TEXT(struct pb_topology_node, class, "class", true),
	PB_TEXT(struct pb_topology_node, driver, "driver", true),
	PB_TEXT(struct pb_topology_node, role, "role", true),
};

/* One tree, from its root on: each node but the first hangs below one that was read before. */
static int read_parent(struct pb_reader *reader, json_t *object, size_t index, int *ret_parent)
{
	const json_t *parent = json_object_get(object, "parent");
	json_int_t number = json_integer_value(parent);

	if (!index && json_is_null(parent))
		return 0;
	if (!index)
		return pb_reader_fail(reader, "parent", "must be null of the first node");
	if (!json_is_integer(parent) || number < 0 || number >= (json_int_t)index)
		return pb_reader_fail(reader, "parent",
				      "must be the index of a node that stands before it");
	*ret_parent = (int)number;
	return 0;
}

static int read_group(struct pb_reader *reader, json_t *object, int *ret_group)
{
	size_t group;
	int ret;

	if (!json_object_get(object, "iommu_group"))
		return 0;
	ret = pb_read_count(reader, object, "iommu_group", &group);
	if (ret == 0 && group > G_MAXINT)
		return pb_reader_fail(reader, "iommu_group", "is no number of a group");
	if (ret == 0)
		*ret_group = (int)group;
	return ret;
}

static int read_node(struct pb_reader *reader, json_t *object, size_t index,
		     struct pb_topology_node *node)
{
	int ret = pb_read_is_object(reader, object);

	node->parent = node->iommu_group = -1;
	if (ret == 0)
		ret = PB_READ_TEXTS(reader, object, fields, node);
	if (ret == 0)
		ret = read_parent(reader, object, index, &node->parent);
	return ret < 0 ? ret : read_group(reader, object, &node->iommu_group);
}

static int read_nodes(struct pb_reader *reader, json_t *object, struct pb_topology *topology)
{
	json_t *nodes, *value;
	size_t i, mark;
	int ret = pb_read_array(reader, object, "nodes", &nodes);

	if (ret < 0)
		return ret;
	if (!json_array_size(nodes) || json_array_size(nodes) > PB_TOPOLOGY_MAX_NODES)
		return pb_reader_fail(reader, "nodes", "must be 1 to %d, are %zu",
				      PB_TOPOLOGY_MAX_NODES, json_array_size(nodes));
	topology->nodes = g_new0(struct pb_topology_node, json_array_size(nodes));
	json_array_foreach (nodes, i, value) {
		mark = pb_reader_enter(reader, "nodes[%zu]", i);
		ret = read_node(reader, value, i, &topology->nodes[topology->count++]);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

/* What does not say is taken for open, as it is drawn. */
static int read_open(struct pb_reader *reader, json_t *object, bool *ret_shut)
{
	bool open = true;
	int ret = 0;

	if (json_object_get(object, "open"))
		ret = pb_read_bool(reader, object, "open", &open);
	*ret_shut = !open;
	return ret;
}

int pb_topology_read(struct pb_reader *reader, json_t *object, struct pb_topology **ret_topology)
{
	struct pb_topology *topology = g_new0(struct pb_topology, 1);
	int ret = pb_read_is_object(reader, object);

	topology->source = object;
	if (ret == 0)
		ret = pb_read_text(reader, object, "verdict", true, &topology->verdict);
	if (ret == 0)
		ret = read_open(reader, object, &topology->shut);
	if (ret == 0)
		ret = read_nodes(reader, object, topology);
	if (ret < 0) {
		pb_topology_free(topology);
		return ret;
	}
	*ret_topology = topology;
	return 0;
}

void pb_topology_free(struct pb_topology *topology)
{
	if (!topology)
		return;
	g_free(topology->nodes);
	g_free(topology);
}

bool pb_topology_is_same(const struct pb_topology *one, const struct pb_topology *other)
{
	return json_equal(json_object_get(one->source, "nodes"),
			  json_object_get(other->source, "nodes"));
}
