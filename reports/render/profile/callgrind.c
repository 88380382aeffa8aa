/* A profile in callgrind's format: see callgrind.h. */
#include "reports/render/profile/callgrind.h"
#include "reports/render/text.h"

#define TOP -1 /* the caller of roots */

struct edge {
	gint64 key;
	guint callee;
	guint64 calls;
	guint64 *cost;
};

struct graph {
	const struct pb_profile *profile;
	const struct pb_profile_region *region;
	guint64 **inclusive; /* of each node */
	guint64 **self;	     /* of each function */
	GHashTable *edges;   /* by caller and callee */
	GPtrArray **callees; /* edges of each function, TOP's last: in the order of nodes */
	gboolean *named;     /* of each function: its number has got its name */
};

static void edge_free(gpointer data)
{
	struct edge *edge = data;

	g_free(edge->cost);
	g_free(edge);
}

static void add_vector(const struct graph *graph, guint64 *sum, const guint64 *vector)
{
	for (guint i = 0; i < graph->profile->event_count; i++)
		sum[i] += vector[i];
}

static guint64 **new_vectors(const struct graph *graph, guint count)
{
	guint64 **vectors = g_new0(guint64 *, count + 1);

	for (guint i = 0; i < count; i++)
		vectors[i] = g_new0(guint64, graph->profile->event_count);
	return vectors;
}

static GPtrArray *callees_of(const struct graph *graph, gint caller)
{
	return graph->callees[caller == TOP ? graph->region->functions->len : (guint)caller];
}

static struct edge *edge_for(const struct graph *graph, gint caller, guint callee)
{
	gint64 key = (gint64)caller * ((gint64)1 << 32) + callee;
	struct edge *edge = g_hash_table_lookup(graph->edges, &key);

	if (edge)
		return edge;
	edge = g_new0(struct edge, 1);
	*edge = (struct edge){.key = key, .callee = callee};
	edge->cost = g_new0(guint64, graph->profile->event_count);
	g_hash_table_insert(graph->edges, &edge->key, edge);
	g_ptr_array_add(callees_of(graph, caller), edge);
	return edge;
}

/* Whether a caller of @node, near or far, is the same function. */
static gboolean comes_back(const struct pb_profile_region *region,
			   const struct pb_profile_node *node)
{
	guint function = node->function;

	while (node->parent >= 0) {
		node = region->nodes->pdata[node->parent];
		if (node->function == function)
			return TRUE;
	}
	return FALSE;
}

static void add_node(const struct graph *graph, guint index)
{
	const GPtrArray *nodes = graph->region->nodes;
	const struct pb_profile_node *node = nodes->pdata[index], *parent = NULL;
	struct edge *edge;

	if (node->parent >= 0)
		parent = nodes->pdata[node->parent];
	edge = edge_for(graph, parent ? (gint)parent->function : TOP, node->function);
	edge->calls += node->calls;
	if (!comes_back(graph->region, node))
		add_vector(graph, edge->cost, graph->inclusive[index]);
}

static void build(struct graph *graph)
{
	const struct pb_profile_region *region = graph->region;

	graph->inclusive = new_vectors(graph, region->nodes->len);
	graph->self = new_vectors(graph, region->functions->len);
	graph->edges = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, edge_free);
	graph->callees = g_new0(GPtrArray *, region->functions->len + 1);
	graph->named = g_new0(gboolean, region->functions->len);
	for (guint i = 0; i <= region->functions->len; i++)
		graph->callees[i] = g_ptr_array_new();
	for (guint i = region->nodes->len; i > 0; i--) {
		const struct pb_profile_node *node = region->nodes->pdata[i - 1];

		add_vector(graph, graph->inclusive[i - 1], node->self);
		add_vector(graph, graph->self[node->function], node->self);
		if (node->parent >= 0)
			add_vector(graph, graph->inclusive[node->parent], graph->inclusive[i - 1]);
	}
	for (guint i = 0; i < region->nodes->len; i++)
		add_node(graph, i);
}

static void clear(struct graph *graph)
{
	for (guint i = 0; i <= graph->region->functions->len; i++)
		g_ptr_array_unref(graph->callees[i]);
	g_free(graph->callees);
	g_free(graph->named);
	g_hash_table_unref(graph->edges);
	/* The vectors end with a NULL, as strings do. */
	g_strfreev((char **)graph->inclusive);
	g_strfreev((char **)graph->self);
}

/* "???" is the format's word for unknown. */
static void add_line(GString *out, const char *key, const char *text)
{
	g_string_append(out, key);
	pb_text_append_plain(out, *text ? text : "???");
	g_string_append_c(out, '\n');
}

static void add_cost(const struct graph *graph, GString *out, const char *before,
		     const guint64 *vector)
{
	g_string_append(out, before);
	for (guint i = 0; i < graph->profile->event_count; i++)
		g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, i ? " " : "", vector[i]);
	g_string_append_c(out, '\n');
}

/* By number, which has its name the first time: a name alone could look like a number. */
static void add_function(const struct graph *graph, GString *out, const char *key, guint index)
{
	const struct pb_profile_function *function = graph->region->functions->pdata[index];
	g_autofree char *numbered = g_strdup_printf(graph->named[index] ? "(%u)" : "(%u) %s",
						    index + 1, function->name);

	graph->named[index] = TRUE;
	add_line(out, key, numbered);
}

static void add_calls(const struct graph *graph, GString *out, const GPtrArray *edges)
{
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *edge = edges->pdata[i];
		const struct pb_profile_function *callee =
			graph->region->functions->pdata[edge->callee];

		add_line(out, "cob=", callee->where);
		add_line(out, "cfi=", callee->file);
		add_function(graph, out, "cfn=", edge->callee);
		g_string_append_printf(out, "calls=%" G_GUINT64_FORMAT " 0\n", edge->calls);
		add_cost(graph, out, "0 ", edge->cost);
	}
}

static void add_events(const struct graph *graph, GString *out)
{
	g_string_append(out, "events:");
	for (guint i = 0; i < graph->profile->event_count; i++) {
		g_autofree char *name = g_strdup(graph->profile->events[i]);

		g_string_append_c(out, ' ');
		pb_text_append_plain(out, g_strdelimit(name, " \t\n\r\f\v", '_'));
	}
	g_string_append_c(out, '\n');
}

static void add_head(const struct graph *graph, GString *out)
{
	const struct pb_profile_region *region = graph->region;
	g_autofree char *kernel =
		g_strdup_printf("%s (%s)", graph->profile->kernel, graph->profile->release);
	g_autofree char *metric = g_strdup_printf("%s; divide by %" G_GUINT64_FORMAT " for one %s",
						  region->metric, region->operations, region->per);

	g_string_append(out, "# callgrind format\nversion: 1\ncreator: pinbench\n");
	add_line(out, "cmd: ", graph->profile->id);
	add_line(out, "desc: Case: ", graph->profile->id);
	add_line(out, "desc: Kernel: ", kernel);
	add_line(out, "desc: Metric: ", region->operations ? metric : region->metric);
	g_string_append(out, "positions: line\n");
	add_events(graph, out);
}

static void add_top(const struct graph *graph, GString *out, const guint64 *zeros)
{
	g_autofree char *name = g_strdup_printf("(%u) [%s]", graph->region->functions->len + 1,
						graph->region->metric);

	g_string_append(out, "\nob=???\nfl=???\n");
	add_line(out, "fn=", name);
	add_cost(graph, out, "0 ", zeros);
	add_calls(graph, out, callees_of(graph, TOP));
}

char *pb_render_callgrind(const struct pb_profile *profile, const struct pb_profile_region *region)
{
	g_autofree guint64 *totals = g_new0(guint64, profile->event_count);
	struct graph graph = {.profile = profile, .region = region};
	GString *out = g_string_new(NULL);

	build(&graph);
	add_head(&graph, out);
	add_top(&graph, out, totals);
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		add_line(out, "\nob=", function->where);
		add_line(out, "fl=", function->file);
		add_function(&graph, out, "fn=", i);
		add_cost(&graph, out, "0 ", graph.self[i]);
		add_calls(&graph, out, callees_of(&graph, (gint)i));
		add_vector(&graph, totals, graph.self[i]);
	}
	add_cost(&graph, out, "\ntotals: ", totals);
	clear(&graph);
	return g_string_free(out, FALSE);
}
