/* A profile of samples, as a document: see perf.h. */
#include <string.h>
#include "lab/native/perf.h"
#include "lab/native/stacks.h"
#include "pinbench/marker.h"
#include "reports/profile/profile.h"

struct function {
	const struct pb_frame *frame;
	guint64 self, inclusive;
	guint64 seen; /* number of the last sample with it: recursion counts once */
	guint order;  /* in the document */
};

struct node {
	struct function *function;
	gint parent;
	guint64 self;
};

struct region {
	const char *metric;
	GHashTable *known; /* "name where file" -> struct function */
	GHashTable *edges; /* parent and function -> index of the node + 1 */
	GPtrArray *functions;
	GArray *nodes; /* struct node, parents first */
	guint64 samples;
};

static void region_init(struct region *r, const char *metric)
{
	*r = (struct region){
		.metric = metric,
		.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.edges = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.functions = g_ptr_array_new_with_free_func(g_free),
		.nodes = g_array_new(FALSE, FALSE, sizeof(struct node)),
	};
}

static void region_clear(struct region *r)
{
	g_hash_table_unref(r->known);
	g_hash_table_unref(r->edges);
	g_ptr_array_unref(r->functions);
	g_array_unref(r->nodes);
}

static struct function *function_for(struct region *r, const struct pb_frame *frame)
{
	/* The lengths tell where each ends, whatever is in it. */
	g_autofree char *key = g_strdup_printf("%zu %s%zu %s%s", strlen(frame->name), frame->name,
					       strlen(frame->where), frame->where, frame->file);
	struct function *function = g_hash_table_lookup(r->known, key);

	if (function)
		return function;
	function = g_new0(struct function, 1);
	function->frame = frame;
	g_ptr_array_add(r->functions, function);
	g_hash_table_insert(r->known, g_steal_pointer(&key), function);
	return function;
}

static gint node_for(struct region *r, gint parent, struct function *function)
{
	g_autofree char *key = g_strdup_printf("%d %p", parent, (void *)function);
	guint known = GPOINTER_TO_UINT(g_hash_table_lookup(r->edges, key));
	struct node node = {.function = function, .parent = parent};

	if (known)
		return (gint)known - 1;
	g_array_append_val(r->nodes, node);
	g_hash_table_insert(r->edges, g_steal_pointer(&key), GUINT_TO_POINTER(r->nodes->len));
	return (gint)r->nodes->len - 1;
}

/* @count is not 0. */
static void add_sample(struct region *r, const struct pb_frame *frames, guint count)
{
	struct node *leaf;
	gint node = -1;

	r->samples++;
	for (guint i = 0; i < count; i++) {
		struct function *function = function_for(r, &frames[i]);

		node = node_for(r, node, function);
		if (function->seen != r->samples)
			function->inclusive++;
		function->seen = r->samples;
	}
	leaf = &g_array_index(r->nodes, struct node, node);
	leaf->self++;
	leaf->function->self++;
}

static bool is_in(const struct pb_frame *frame, const char *where, const char *name)
{
	return !strcmp(frame->where, where) && !strcmp(frame->name, name);
}

/* Index of the frame that a measured call is below; -1: of none. */
static gint measured_from(const struct pb_frame *frames, guint count)
{
	for (guint i = 0; i < count; i++) {
		if (is_in(&frames[i], "user", PINBENCH_SYMBOL_PREPARE) ||
		    is_in(&frames[i], "user", PINBENCH_SYMBOL_CLEAN_UP))
			return -1;
		if (is_in(&frames[i], "user", PINBENCH_SYMBOL_MEASURE) ||
		    is_in(&frames[i], "module", PINBENCH_SYMBOL_IOCTL))
			return (gint)i;
	}
	return -1;
}

static gint by_self(gconstpointer left, gconstpointer right)
{
	const struct function *a = *(struct function *const *)left;
	const struct function *b = *(struct function *const *)right;
	gint order;

	if (a->self != b->self)
		return a->self < b->self ? 1 : -1;
	order = strcmp(a->frame->name, b->frame->name);
	order = order ? order : strcmp(a->frame->where, b->frame->where);
	return order ? order : strcmp(a->frame->file, b->frame->file);
}

static json_t *functions_array(struct region *r)
{
	json_t *list = json_array();

	g_ptr_array_sort(r->functions, by_self);
	for (guint i = 0; i < r->functions->len; i++) {
		struct function *f = r->functions->pdata[i];

		f->order = i;
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:[I], s:[I]}", "name",
						f->frame->name, "file", f->frame->file, "where",
						f->frame->where, "self", (json_int_t)f->self,
						"inclusive", (json_int_t)f->inclusive));
	}
	return list;
}

static json_t *nodes_array(const struct region *r)
{
	json_t *list = json_array();

	for (guint i = 0; i < r->nodes->len; i++) {
		const struct node *node = &g_array_index(r->nodes, struct node, i);

		json_array_append_new(
			list, json_pack("{s:i, s:i, s:[I]}", "function", (int)node->function->order,
					"parent", node->parent, "self", (json_int_t)node->self));
	}
	return list;
}

static json_t *region_object(struct region *r)
{
	json_t *functions = functions_array(r);

	return json_pack("{s:s, s:I, s:o, s:o}", "metric", r->metric, "samples",
			 (json_int_t)r->samples, "functions", functions, "nodes", nodes_array(r));
}

static json_t *document(const struct pb_perf_inputs *in, struct region *measured,
			struct region *outside)
{
	json_t *regions = json_array();

	json_array_append_new(regions, region_object(measured));
	if (outside->samples)
		json_array_append_new(regions, region_object(outside));
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:n, s:s, s:{s:s, s:I, s:s, s:i}, s:[s], s:o}",
			 "schema", PB_PROFILE_SCHEMA, "id", in->id, "kernel", in->kernel, "release",
			 in->release, "repetitions", (int)in->repetitions, "model", "unit",
			 PB_PROFILE_SAMPLES, "sampling", "event", in->event, "period",
			 (json_int_t)in->period, "period_unit",
			 strcmp(in->event, PB_PERF_SOFTWARE_EVENT) ? in->event : "ns", "wanted",
			 (int)in->wanted_samples, "events", PB_PROFILE_SAMPLES, "regions", regions);
}

int pb_perf_profile(const char *script_text, const struct pb_perf_inputs *in, json_t **ret_profile,
		    guint64 *ret_measured, GError **ret_error)
{
	g_autoptr(pb_stacks) stacks = NULL;
	struct region measured, outside;
	int err = pb_stacks_read(script_text, &stacks, ret_error);

	if (err)
		return err;
	region_init(&measured, PB_PROFILE_MEASURED);
	region_init(&outside, PB_PROFILE_OUTSIDE);
	for (guint i = 0; i < stacks->stacks->len; i++) {
		const struct pb_stack *stack = &g_array_index(stacks->stacks, struct pb_stack, i);
		const struct pb_frame *frames =
			&g_array_index(stacks->frames, struct pb_frame, stack->first);
		gint from = measured_from(frames, stack->count);

		if (from < 0)
			add_sample(&outside, frames, stack->count);
		else
			add_sample(&measured, frames + from, stack->count - (guint)from);
	}
	*ret_profile = document(in, &measured, &outside);
	*ret_measured = measured.samples;
	region_clear(&measured);
	region_clear(&outside);
	return 0;
}
