/* What the pictures of topologies say: see topology.h. */
#include <string.h>

#include "reports/render/topology/topology.h"

static const struct {
	const char *kind;
	const char *words;
} kinds[] = {
	{"host-bridge", "host bridge"},
	{"root-port", "root port"},
	{"switch-upstream", "switch, upstream"},
	{"switch-downstream", "switch, downstream"},
	{"endpoint", "device"},
	{"integrated-endpoint", "device of the root complex"},
};

const char *pb_topology_kind(const char *kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (!strcmp(kinds[i].kind, kind))
			return kinds[i].words;
	}
	return kind;
}

char *pb_topology_details(const struct pb_topology_node *node)
{
	GString *out = g_string_new(node->id);

	/* That a bridge is one, its kind says. */
	if (node->class && node->role)
		g_string_append_printf(out, "%s%s", out->len ? " " : "", node->class);
	if (node->iommu_group >= 0)
		g_string_append_printf(out, "%sIOMMU group %d", out->len ? ", " : "",
				       node->iommu_group);
	if (node->driver && node->role)
		g_string_append_printf(out, "%sdriver %s", out->len ? ", " : "", node->driver);
	return g_string_free(out, FALSE);
}

static void topology_free(void *data)
{
	struct pb_view_topology *item = data;

	g_ptr_array_unref(item->roles);
	g_ptr_array_unref(item->verdicts);
	g_free(item->on_way);
	g_free(item);
}

/* Those that take part, in and below each node. */
static guint *parts_below(const struct pb_topology *topology)
{
	guint *parts = g_new0(guint, topology->count);

	for (size_t i = topology->count; i-- > 0;) {
		parts[i] += topology->nodes[i].role != NULL;
		if (topology->nodes[i].parent >= 0)
			parts[topology->nodes[i].parent] += parts[i];
	}
	return parts;
}

/* The lowest node that all are below, and what lies between it and them. */
static void find_way(struct pb_view_topology *item)
{
	const struct pb_topology *topology = item->topology;
	g_autofree guint *parts = parts_below(topology);

	item->top = -1;
	item->on_way = g_new0(bool, topology->count);
	/* A node comes after those above it, so the last one is the lowest. */
	for (size_t i = 0; parts[0] > 1 && i < topology->count; i++) {
		if (parts[i] == parts[0])
			item->top = (int)i;
	}
	for (size_t i = 0; item->top >= 0 && i < topology->count; i++) {
		int parent = topology->nodes[i].parent;

		item->on_way[i] =
			(int)i == item->top || (parent >= 0 && item->on_way[parent] && parts[i]);
	}
}

static void find_roles(struct pb_view_topology *item)
{
	for (size_t i = 0; i < item->topology->count; i++) {
		const char *role = item->topology->nodes[i].role;

		if (role && !g_ptr_array_find_with_equal_func(item->roles, role, g_str_equal, NULL))
			g_ptr_array_add(item->roles, (gpointer)role);
	}
}

static struct pb_view_topology *find_or_add(struct pb_view *view, struct pb_topology *topology)
{
	struct pb_view_topology *item;

	for (guint i = 0; i < view->topologies->len; i++) {
		item = view->topologies->pdata[i];
		if (pb_topology_is_same(item->topology, topology))
			return item;
	}
	item = g_new0(struct pb_view_topology, 1);
	item->topology = topology;
	item->shut = true;
	item->roles = g_ptr_array_new();
	item->verdicts = pb_view_reasons_new();
	find_way(item);
	find_roles(item);
	g_ptr_array_add(view->topologies, item);
	return item;
}

static const char *who_of(struct pb_view *view, const struct pb_view_topology *item)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; i < item->topology->count; i++) {
		const struct pb_topology_node *node = &item->topology->nodes[i];

		if (node->role)
			g_string_append_printf(out, "%s%s %s", out->len ? " and " : "", node->role,
					       node->name);
	}
	return pb_view_say(view, "%s", out->len ? out->str : "no device");
}

static void finish(struct pb_view *view, struct pb_view_topology *item)
{
	const struct pb_view_skip *first = item->verdicts->pdata[0];

	item->label = item->verdicts->len == 1
			      ? first->reason
			      : pb_view_say(view, "%u verdicts, listed below", item->verdicts->len);
	item->who = who_of(view, item);
	item->summary = pb_view_say(view, "%s: %s", item->who, item->label);
}

void pb_view_add_topologies(struct pb_view *view)
{
	const struct pb_result *result = view->result;

	view->topologies = g_ptr_array_new_with_free_func(topology_free);
	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *one = &result->cases[i];
		struct pb_view_topology *item;
		const char *verdict;

		if (!one->topology)
			continue;
		item = find_or_add(view, one->topology);
		verdict = one->topology->verdict;
		item->shut &= one->topology->shut;
		pb_view_add_reason(item->verdicts, verdict && *verdict ? verdict : "no verdict",
				   one->id);
	}
	for (guint i = 0; i < view->topologies->len; i++)
		finish(view, view->topologies->pdata[i]);
}
