/* Where a figure moved, as JSON: see functions.h. */
#include <string.h>

#include "reports/compare/functions.h"
#include "reports/compare/functions_match.h"

static bool differs(const struct pb_match *match, const struct pb_match_function *function)
{
	if (function->there[PB_MATCH_BASELINE] != function->there[PB_MATCH_PATCHED])
		return true;
	for (guint i = 0; i < match->events->len; i++) {
		if (pb_match_self(match, function, i))
			return true;
	}
	return false;
}

static gint by_change(gconstpointer left, gconstpointer right, gpointer match)
{
	const struct pb_match_function *a = *(struct pb_match_function *const *)left;
	const struct pb_match_function *b = *(struct pb_match_function *const *)right;
	pb_wide one = pb_match_self(match, a, PB_PROFILE_INSNS);
	pb_wide other = pb_match_self(match, b, PB_PROFILE_INSNS);
	gint order;

	one = one < 0 ? -one : one;
	other = other < 0 ? -other : other;
	if (one != other)
		return one < other ? 1 : -1;
	order = strcmp(a->name, b->name);
	order = order ? order : strcmp(a->where, b->where);
	return order ? order : strcmp(a->file, b->file);
}

static GPtrArray *differing_functions(const struct pb_match *match)
{
	GPtrArray *differing = g_ptr_array_new();

	for (guint i = 0; i < match->functions->len; i++) {
		if (differs(match, match->functions->pdata[i]))
			g_ptr_array_add(differing, match->functions->pdata[i]);
	}
	g_ptr_array_sort_with_data(differing, by_change, (gpointer)match);
	return differing;
}

static double value(const struct pb_match *match, guint side, pb_wide count)
{
	return (double)count / (double)match->operations[side];
}

static json_t *real(const struct pb_match *match, pb_wide difference)
{
	return json_real(pb_match_per_operation(match, difference));
}

static void set_counts(json_t *object, const struct pb_match *match, const char *what,
		       const guint64 counts[PB_MATCH_SIDES])
{
	g_autofree char *before = g_strconcat("baseline_", what, NULL);
	g_autofree char *after = g_strconcat("patched_", what, NULL);

	json_object_set_new(object, before,
			    json_real(value(match, PB_MATCH_BASELINE, counts[PB_MATCH_BASELINE])));
	json_object_set_new(object, after,
			    json_real(value(match, PB_MATCH_PATCHED, counts[PB_MATCH_PATCHED])));
}

static void set_change(json_t *object, const struct pb_match *match, const char *what,
		       const guint64 counts[PB_MATCH_SIDES])
{
	g_autofree char *key = g_strconcat(what, "_delta", NULL);

	set_counts(object, match, what, counts);
	json_object_set_new(object, key,
			    real(match, pb_match_difference(match, counts[PB_MATCH_BASELINE],
							    counts[PB_MATCH_PATCHED])));
}

/* Instructions have their own members. */
static json_t *events_of(const struct pb_match *match, const struct pb_match_function *function)
{
	json_t *events = json_object();

	for (guint i = PB_PROFILE_INSNS + 1; i < match->events->len; i++) {
		pb_wide change = pb_match_self(match, function, i);

		if (change)
			json_object_set_new(
				events, g_array_index(match->events, struct pb_match_event, i).name,
				real(match, change));
	}
	return events;
}

static json_t *function_json(const struct pb_match *match, const struct pb_match_function *function)
{
	const char *how = !function->there[PB_MATCH_BASELINE]  ? "new"
			  : !function->there[PB_MATCH_PATCHED] ? "gone"
							       : "changed";
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "name", function->name, "file",
				   function->file, "where", function->where, "how", how);
	guint64 self[PB_MATCH_SIDES];

	for (guint side = 0; side < PB_MATCH_SIDES; side++)
		self[side] = function->there[side] ? function->self[side][PB_PROFILE_INSNS] : 0;
	set_change(object, match, "self", self);
	set_change(object, match, "inclusive", function->inclusive);
	set_counts(object, match, "calls", function->calls);
	json_object_set_new(object, "events", events_of(match, function));
	return object;
}

static json_t *functions_json(const struct pb_match *match, const GPtrArray *differing)
{
	json_t *array = json_array();

	for (guint i = 0; i < MIN(differing->len, PB_MOST_MOVED_FUNCTIONS); i++)
		json_array_append_new(array, function_json(match, differing->pdata[i]));
	return array;
}

/* Of all functions, without the clock and the empty calls. */
static pb_wide total_of(const struct pb_match *match, guint side, guint event)
{
	const struct pb_profile_region *region = match->regions[side];
	guint index = (guint)g_array_index(match->events, struct pb_match_event, event).index[side];
	pb_wide total = 0;

	if (event == PB_PROFILE_INSNS)
		return (pb_wide)region->insns - region->overhead_insns;
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		total += function->self[index];
	}
	return total - region->overhead[index];
}

static json_t *totals_json(const struct pb_match *match)
{
	json_t *array = json_array();

	for (guint i = 0; i < match->events->len; i++) {
		const struct pb_match_event *event =
			&g_array_index(match->events, struct pb_match_event, i);
		pb_wide before = total_of(match, PB_MATCH_BASELINE, i);
		pb_wide after = total_of(match, PB_MATCH_PATCHED, i);
		pb_wide change = pb_match_difference(match, before, after);

		if (change)
			json_array_append_new(
				array,
				json_pack("{s:s, s:f, s:f, s:o}", "name", event->name, "baseline",
					  value(match, PB_MATCH_BASELINE, before), "patched",
					  value(match, PB_MATCH_PATCHED, after), "delta",
					  real(match, change)));
	}
	return array;
}

static json_t *accounted_json(const struct pb_match *match, const GPtrArray *differing)
{
	pb_wide sum = 0;

	for (guint i = 0; i < differing->len; i++)
		sum += pb_match_self(match, differing->pdata[i], PB_PROFILE_INSNS);
	return real(match, sum);
}

json_t *pb_compare_functions(const struct pb_profile *baseline, const struct pb_profile *patched,
			     const char *metric)
{
	const struct pb_profile_region *before = pb_profile_find(baseline, metric);
	const struct pb_profile_region *after = pb_profile_find(patched, metric);
	struct pb_match match = {.profiles = {baseline, patched}, .regions = {before, after}};
	g_autoptr(GPtrArray) differing = NULL;
	g_autofree char *unit = NULL, *sentence = NULL;
	json_t *object;

	if (!before || !after || strcmp(before->per, after->per) ||
	    !before->operations != !after->operations)
		return NULL;
	pb_match_init(&match);
	differing = differing_functions(&match);
	unit = after->operations ? g_strconcat("insn/", after->per, NULL) : g_strdup("insn");
	sentence = pb_match_sentence(&match, differing);
	object = json_pack("{s:s, s:o, s:i, s:o, s:o, s:s}", "unit", unit, "functions",
			   functions_json(&match, differing), "function_count", (int)differing->len,
			   "events", totals_json(&match), "accounted",
			   accounted_json(&match, differing), "sentence", sentence);
	pb_match_clear(&match);
	return object;
}
