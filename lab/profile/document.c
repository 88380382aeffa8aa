/* The profile of a case: see document.h. */
#include <string.h>
#include "lab/profile/document.h"
#include "lab/util/files.h"
#include "reports/file.h"
#include "reports/profile/profile.h"
#include "reports/render/profile/callgrind.h"
#include "reports/render/profile/flame.h"
#include "reports/render/profile/folded.h"

/* Numbers of functions that are none: behind those of the symbols. */
enum {
	PSEUDO_INTERRUPTS,
	PSEUDO_OTHER_TASK,
	PSEUDO_UNKNOWN,
	PSEUDO_WAITING,
	PSEUDOS,
};
static const char *const pseudo_names[PSEUDOS] = {"[interrupts]", "[another task]",
						  "[unknown code]", "[waiting]"};

/* A function in one region. */
struct sum {
	guint number; /* of the symbols, or a pseudo function behind them */
	guint64 calls;
	guint64 self[EVENTS];
	guint64 inclusive[EVENTS];
	guint index; /* in the region's list */
};

struct region_view {
	const struct pb_profile_inputs *in;
	const struct pb_region *region;
	int events;
	GHashTable *sums; /* number + 1 -> struct sum */
	GPtrArray *sorted;
};

static guint number_of(const struct region_view *v, int function)
{
	guint count = v->in->symbols->functions->len;

	switch (function) {
	case FUNCTION_INTERRUPTS:
		return count + PSEUDO_INTERRUPTS;
	case FUNCTION_OTHER_TASK:
		return count + PSEUDO_OTHER_TASK;
	default:
		return function >= 0 && (guint)function < count ? (guint)function
								: count + PSEUDO_UNKNOWN;
	}
}

static guint number_at(const struct region_view *v, guint64 address)
{
	const struct pb_code_place *place = pb_symbols_find(v->in->symbols, address);

	return place ? place->function : v->in->symbols->functions->len + PSEUDO_UNKNOWN;
}

static struct sum *sum_of(struct region_view *v, guint number)
{
	struct sum *sum = g_hash_table_lookup(v->sums, GUINT_TO_POINTER(number + 1));

	if (!sum) {
		sum = g_new0(struct sum, 1);
		sum->number = number;
		g_hash_table_insert(v->sums, GUINT_TO_POINTER(number + 1), sum);
		g_ptr_array_add(v->sorted, sum);
	}
	return sum;
}

static const struct pb_record_node *node_at(const struct region_view *v, int index)
{
	return &g_array_index(v->in->record->nodes, struct pb_record_node, index);
}

/* Is the same function further up? Then what is here was added for that one. */
static bool stands_above(const struct region_view *v, int from, guint number)
{
	for (int i = from; i >= 0; i = node_at(v, i)->parent) {
		if (number_of(v, node_at(v, i)->function) == number)
			return true;
	}
	return false;
}

static void add_inclusive(struct region_view *v, int index)
{
	const guint64 *counts = node_at(v, index)->counts;

	for (int i = index; i >= 0; i = node_at(v, i)->parent) {
		guint number = number_of(v, node_at(v, i)->function);
		struct sum *sum = sum_of(v, number);

		for (int k = 0; k < v->events && !stands_above(v, node_at(v, i)->parent, number);
		     k++)
			sum->inclusive[k] += counts[k];
	}
}

static void add_node(struct region_view *v, int index)
{
	const struct pb_record_node *node = node_at(v, index);
	struct sum *sum = sum_of(v, number_of(v, node->function));

	sum->calls += node->calls;
	for (int k = 0; k < v->events; k++)
		sum->self[k] += node->counts[k];
	add_inclusive(v, index);
}

static guint64 waiting(const struct region_view *v)
{
	return v->region->total - v->in->record->regions[v->region->number].counts[EVENT_INSNS];
}

static const char *name_of(const struct region_view *v, guint number)
{
	const GPtrArray *functions = v->in->symbols->functions;

	if (number >= functions->len)
		return pseudo_names[number - functions->len];
	return ((const struct pb_code_function *)functions->pdata[number])->name;
}

static gint by_self(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct sum *x = *(struct sum *const *)a, *y = *(struct sum *const *)b;
	int order;

	if (x->self[EVENT_INSNS] != y->self[EVENT_INSNS])
		return x->self[EVENT_INSNS] > y->self[EVENT_INSNS] ? -1 : 1;
	order = strcmp(name_of(data, x->number), name_of(data, y->number));
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static json_t *numbers(const guint64 *values, int count)
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(list, json_integer((json_int_t)values[i]));
	return list;
}

static json_t *function_object(const struct region_view *v, const struct sum *sum)
{
	const GPtrArray *functions = v->in->symbols->functions;
	const struct pb_code_function *function =
		sum->number < functions->len ? functions->pdata[sum->number] : NULL;

	return json_pack("{s:s, s:s, s:s, s:I, s:o, s:o}", "name", name_of(v, sum->number), "file",
			 function ? function->file : "", "where", function ? function->where : "",
			 "calls", (json_int_t)sum->calls, "self", numbers(sum->self, v->events),
			 "inclusive", numbers(sum->inclusive, v->events));
}

static json_t *functions_array(const struct region_view *v)
{
	json_t *list = json_array();

	for (guint i = 0; i < v->sorted->len; i++)
		json_array_append_new(list, function_object(v, v->sorted->pdata[i]));
	return list;
}

/* Nodes of this region alone, with indices of their own. */
static json_t *nodes_array(struct region_view *v)
{
	const GArray *nodes = v->in->record->nodes;
	g_autofree int *indices = g_new0(int, nodes->len + 1);
	json_t *list = json_array();

	for (guint i = 0; i < nodes->len; i++) {
		const struct pb_record_node *node = node_at(v, (int)i);

		if (node->region != v->region->number)
			continue;
		indices[i] = (int)json_array_size(list);
		json_array_append_new(
			list, json_pack("{s:i, s:i, s:I, s:o}", "function",
					(int)sum_of(v, number_of(v, node->function))->index,
					"parent", node->parent < 0 ? -1 : indices[node->parent],
					"calls", (json_int_t)node->calls, "self",
					numbers(node->counts, v->events)));
	}
	if (waiting(v)) {
		guint number = v->in->symbols->functions->len + PSEUDO_WAITING;
		const struct sum *sum = sum_of(v, number);

		json_array_append_new(list,
				      json_pack("{s:i, s:i, s:I, s:o}", "function", (int)sum->index,
						"parent", -1, "calls", (json_int_t)0, "self",
						numbers(sum->self, v->events)));
	}
	return list;
}

static json_t *line_object(struct region_view *v, const struct pb_record_insn *insn)
{
	const struct pb_code_place *place = pb_symbols_find(v->in->symbols, insn->address);
	/* JSON has no room for the highest bit of an address, which the kernel's all have. */
	guint64 offset = place ? insn->address - place->start : insn->address & G_MAXINT64;

	return json_pack("{s:i, s:s, s:I, s:I, s:s, s:s}", "function",
			 (int)sum_of(v, number_at(v, insn->address))->index, "symbol",
			 place ? place->symbol : "", "offset", (json_int_t)offset, "count",
			 (json_int_t)insn->count, "bytes", insn->bytes, "text", "");
}

static json_t *lines_array(struct region_view *v)
{
	const GArray *insns = v->in->record->insns;
	json_t *list = json_array();

	for (guint i = 0; i < insns->len; i++) {
		const struct pb_record_insn *insn = &g_array_index(insns, struct pb_record_insn, i);

		if (insn->region == v->region->number)
			json_array_append_new(list, line_object(v, insn));
	}
	return list;
}

static json_t *overhead_array(const struct region_view *v)
{
	guint64 values[EVENTS];

	for (int i = 0; i < v->events; i++)
		values[i] = pb_record_overhead(v->in->record, v->region, i);
	return numbers(values, v->events);
}

static void sum_up(struct region_view *v)
{
	const GArray *nodes = v->in->record->nodes;

	for (guint i = 0; i < nodes->len; i++) {
		if (node_at(v, (int)i)->region == v->region->number)
			add_node(v, (int)i);
	}
	if (waiting(v)) {
		struct sum *sum = sum_of(v, v->in->symbols->functions->len + PSEUDO_WAITING);

		sum->self[EVENT_INSNS] = sum->inclusive[EVENT_INSNS] = waiting(v);
	}
	/* A block that runs on into the next function has lines there, and no node. */
	for (guint i = 0; i < v->in->record->insns->len; i++) {
		const struct pb_record_insn *insn =
			&g_array_index(v->in->record->insns, struct pb_record_insn, i);

		if (insn->region == v->region->number)
			sum_of(v, number_at(v, insn->address));
	}
	g_ptr_array_sort_with_data(v->sorted, by_self, v);
	for (guint i = 0; i < v->sorted->len; i++)
		((struct sum *)v->sorted->pdata[i])->index = i;
}

static json_t *region_object(const struct pb_profile_inputs *in, const struct pb_region *region)
{
	g_autoptr(GHashTable) sums = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	struct region_view v = {.in = in,
				.region = region,
				.events = pb_record_events(in->record),
				.sums = sums,
				.sorted = sorted};

	sum_up(&v);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "metric",
			 region->metric, "per", region->per, "operations",
			 (json_int_t)region->operations, "calls", (json_int_t)region->calls,
			 "insns", (json_int_t)region->total, "overhead_insns",
			 (json_int_t)pb_record_overhead(in->record, region, EVENT_INSNS),
			 "overhead", overhead_array(&v), "functions", functions_array(&v), "nodes",
			 nodes_array(&v), "lines", lines_array(&v));
}

json_t *pb_profile_build(const struct pb_profile_inputs *in)
{
	json_t *regions = json_array(), *events = json_array();

	for (int i = 0; i < pb_record_events(in->record); i++)
		json_array_append_new(events, json_string(pb_event_name(i)));
	for (guint i = 0; i < in->regions->len; i++)
		json_array_append_new(
			regions,
			region_object(in, &g_array_index(in->regions, struct pb_region, i)));
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o}", "schema", PB_PROFILE_SCHEMA,
			 "id", in->id, "kernel", in->kernel, "release", in->release, "repetitions",
			 (int)in->repetitions, "model",
			 in->record->has_model ? json_string(PB_MODEL_WORDS) : json_null(),
			 "events", events, "regions", regions);
}

/* "gup/pin_fast[backing=anon,page=4k]" is gup-pin_fast-anon-4k. */
char *pb_profile_folder(const char *id)
{
	GString *folder = g_string_new(NULL);
	bool in_name = false;

	for (const char *c = id; *c; c++) {
		if (*c == '[' || *c == ',') {
			in_name = true;
			g_string_append_c(folder, '-');
		} else if (*c == '=') {
			in_name = false;
		} else if (!in_name && *c != ']') {
			g_string_append_c(folder,
					  g_ascii_isalnum(*c) || *c == '_' || *c == '.' ? *c : '-');
		}
	}
	return g_string_free(folder, FALSE);
}

static int write_text(const char *directory, const char *metric, const char *suffix, char *text,
		      GError **ret_error)
{
	g_autofree char *name = g_strconcat(metric, suffix, NULL);
	int err = pb_write_file(directory, name, text, strlen(text), ret_error);

	g_free(text);
	return err;
}

static int write_region(const struct pb_profile *profile, const struct pb_profile_region *region,
			const char *directory, GError **ret_error)
{
	int err = write_text(directory, region->metric, ".folded", pb_render_folded(region),
			     ret_error);

	if (!err)
		err = write_text(directory, region->metric, ".callgrind",
				 pb_render_callgrind(profile, region), ret_error);
	if (!err)
		err = write_text(directory, region->metric, ".svg",
				 pb_render_flame(profile, region), ret_error);
	return err;
}

int pb_profile_write(json_t *root, const char *out, const char *folder, GError **ret_error)
{
	g_autofree char *directory = g_build_filename(out, PB_PROFILE_DIR, folder, NULL);
	g_autoptr(pb_profile) profile = NULL;
	int err = pb_profile_read(root, folder, &profile, ret_error);

	if (!err)
		err = pb_make_directory(directory, ret_error);
	if (!err)
		err = pb_write_json(directory, PB_PROFILE_FILE, root, ret_error);
	for (guint i = 0; !err && i < profile->regions->len; i++)
		err = write_region(profile, profile->regions->pdata[i], directory, ret_error);
	return err;
}
