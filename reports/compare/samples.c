/* Where the samples of two sides are, as JSON: see functions.h. */
#include <math.h>
#include <string.h>

#include "reports/compare/functions.h"
#include "reports/profile/samples.h"

#define MOST_NAMED 3

/* A function of either side; the same if name and where are. */
struct sampled {
	const struct pb_profile_function *function; /* of one of them */
	guint64 self[2];
	guint64 inclusive[2];
};

struct matching {
	const struct pb_profile_region *regions[2];
	GHashTable *known;
	GPtrArray *all; /* struct sampled */
};

static char *key_of(const struct pb_profile_function *function)
{
	return g_strdup_printf("%zu %s%s", strlen(function->name), function->name, function->where);
}

static void add_side(struct matching *m, guint side)
{
	const GPtrArray *functions = m->regions[side]->functions;

	for (guint i = 0; i < functions->len; i++) {
		const struct pb_profile_function *function = functions->pdata[i];
		g_autofree char *key = key_of(function);
		struct sampled *one = g_hash_table_lookup(m->known, key);

		if (!one) {
			one = g_new0(struct sampled, 1);
			one->function = function;
			g_ptr_array_add(m->all, one);
			g_hash_table_insert(m->known, g_steal_pointer(&key), one);
		}
		one->self[side] += function->self[PB_PROFILE_INSNS];
		one->inclusive[side] += function->inclusive[PB_PROFILE_INSNS];
	}
}

static double percent(const struct matching *m, const guint64 *counts, guint side)
{
	return pb_samples_percent(counts[side], m->regions[side]->insns);
}

static double delta(const struct matching *m, const guint64 *counts)
{
	return percent(m, counts, 1) - percent(m, counts, 0);
}

static double noise(const struct matching *m, const guint64 *counts)
{
	return pb_samples_noise(counts[0], m->regions[0]->insns, counts[1], m->regions[1]->insns);
}

static gint by_change(gconstpointer left, gconstpointer right, gpointer matching)
{
	const struct sampled *a = *(struct sampled *const *)left;
	const struct sampled *b = *(struct sampled *const *)right;
	double one = fabs(delta(matching, a->self)), other = fabs(delta(matching, b->self));

	if (one != other)
		return one < other ? 1 : -1;
	return strcmp(a->function->name, b->function->name);
}

/* Those whose own share differs by more than chance, the largest change first. */
static GPtrArray *differing(const struct matching *m)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < m->all->len; i++) {
		const struct sampled *one = m->all->pdata[i];

		if (pb_samples_differ(one->self[0], m->regions[0]->insns, one->self[1],
				      m->regions[1]->insns))
			g_ptr_array_add(found, (gpointer)one);
	}
	g_ptr_array_sort_with_data(found, by_change, (gpointer)m);
	return found;
}

static json_t *function_json(const struct matching *m, const struct sampled *one)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:{}}", "name",
			 one->function->name, "file", one->function->file, "where",
			 one->function->where, "how", "changed", "baseline_self",
			 percent(m, one->self, 0), "patched_self", percent(m, one->self, 1),
			 "self_delta", delta(m, one->self), "baseline_inclusive",
			 percent(m, one->inclusive, 0), "patched_inclusive",
			 percent(m, one->inclusive, 1), "inclusive_delta", delta(m, one->inclusive),
			 "noise", noise(m, one->self), "events");
}

/* Of a share it says how it differs, not that it is the reason for anything. */
static char *sentence_of(const struct matching *m, const GPtrArray *found)
{
	GString *text = g_string_new("samples: ");

	if (!found->len)
		g_string_append(text, "no function's share differs by more than their noise");
	for (guint i = 0; i < MIN(found->len, MOST_NAMED); i++) {
		const struct sampled *one = found->pdata[i];

		g_string_append_printf(text, "%s%s %.1f%% → %.1f%% (noise ±%.1f)", i ? ", " : "",
				       one->function->name, percent(m, one->self, 0),
				       percent(m, one->self, 1), noise(m, one->self));
	}
	if (found->len > MOST_NAMED)
		g_string_append_printf(text, " and %u more", found->len - MOST_NAMED);
	g_string_append_printf(text, "; %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " samples",
			       m->regions[0]->insns, m->regions[1]->insns);
	return g_string_free(text, FALSE);
}

static json_t *profile_json(const struct matching *m, const GPtrArray *found)
{
	g_autofree char *sentence = sentence_of(m, found);
	json_t *functions = json_array();
	double accounted = 0;

	for (guint i = 0; i < found->len; i++) {
		const struct sampled *one = found->pdata[i];

		accounted += delta(m, one->self);
		if (i < PB_MOST_MOVED_FUNCTIONS)
			json_array_append_new(functions, function_json(m, one));
	}
	return json_pack("{s:s, s:{s:I, s:I}, s:o, s:i, s:[], s:f, s:s}", "unit", "% of samples",
			 "samples", "baseline", (json_int_t)m->regions[0]->insns, "patched",
			 (json_int_t)m->regions[1]->insns, "functions", functions, "function_count",
			 (int)found->len, "events", "accounted", accounted, "sentence", sentence);
}

json_t *pb_compare_samples(const struct pb_profile *baseline, const struct pb_profile *patched)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free), found = NULL;
	struct matching m = {
		.regions = {pb_profile_find(baseline, PB_PROFILE_MEASURED),
			    pb_profile_find(patched, PB_PROFILE_MEASURED)},
		.known = known,
		.all = all,
	};

	/* Ticks of a clock and cycles are not drawn from the same. */
	if (!m.regions[0] || !m.regions[1] || !m.regions[0]->insns || !m.regions[1]->insns ||
	    g_strcmp0(baseline->event, patched->event))
		return NULL;
	add_side(&m, 0);
	add_side(&m, 1);
	found = differing(&m);
	return profile_json(&m, found);
}
