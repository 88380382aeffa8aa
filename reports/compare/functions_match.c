/* Two regions side by side: see functions_match.h. */
#include <string.h>

#include "reports/compare/functions_match.h"

/* What a model of caches made: it is no count of what was executed. */
static bool is_modelled(const char *name)
{
	static const char *const modelled[] = {"l1d_misses", "llc_misses", "dtlb_misses", NULL};

	return g_strv_contains(modelled, name);
}

static void match_events(struct pb_match *match)
{
	const struct pb_profile *baseline = match->profiles[PB_MATCH_BASELINE];

	match->events = g_array_new(FALSE, FALSE, sizeof(struct pb_match_event));
	for (guint i = 0; i < baseline->event_count; i++) {
		const char *name = baseline->events[i];
		struct pb_match_event event = {
			.name = name,
			.index = {(gint)i,
				  pb_profile_event(match->profiles[PB_MATCH_PATCHED], name)},
		};

		if (event.index[PB_MATCH_PATCHED] >= 0 && !is_modelled(name))
			g_array_append_val(match->events, event);
	}
}

static void function_free(gpointer data)
{
	struct pb_match_function *function = data;

	for (guint side = 0; side < PB_MATCH_SIDES; side++)
		g_free(function->self[side]);
	g_free(function);
}

/* The lengths tell where each text ends, whatever is in it. */
static char *key_of(const char *name, const char *where, const char *file)
{
	return g_strdup_printf("%zu %zu %s%s%s", strlen(name), strlen(where), name, where, file);
}

static void add_function(const struct pb_match *match, guint side,
			 struct pb_match_function *function, const struct pb_profile_function *from)
{
	if (!function->there[side])
		function->self[side] = g_new0(guint64, match->events->len);
	function->there[side] = true;
	function->calls[side] += from->calls;
	function->inclusive[side] += from->inclusive[PB_PROFILE_INSNS];
	for (guint i = 0; i < match->events->len; i++) {
		const struct pb_match_event *event =
			&g_array_index(match->events, struct pb_match_event, i);

		function->self[side][i] += from->self[event->index[side]];
	}
}

static void add_side(struct pb_match *match, guint side, GHashTable *known)
{
	const GPtrArray *functions = match->regions[side]->functions;

	for (guint i = 0; i < functions->len; i++) {
		const struct pb_profile_function *from = functions->pdata[i];
		g_autofree char *key = key_of(from->name, from->where, from->file);
		struct pb_match_function *function = g_hash_table_lookup(known, key);

		if (!function) {
			function = g_new0(struct pb_match_function, 1);
			function->name = from->name;
			function->where = from->where;
			function->file = from->file;
			g_ptr_array_add(match->functions, function);
			g_hash_table_insert(known, g_steal_pointer(&key), function);
		}
		add_function(match, side, function, from);
	}
}

static bool is_only(const struct pb_match_function *function, guint side)
{
	return function->there[side] && !function->there[!side];
}

/* Moves what @from has on @side to @to, which has nothing there. */
static void join(struct pb_match_function *to, struct pb_match_function *from, guint side)
{
	to->there[side] = true;
	to->calls[side] = from->calls[side];
	to->inclusive[side] = from->inclusive[side];
	to->self[side] = g_steal_pointer(&from->self[side]);
}

/* Functions that only @side has, without a file, are those of the other side that have one. */
static void match_without_file(struct pb_match *match, guint side)
{
	g_autoptr(GHashTable) others = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = match->functions->len; i > 0; i--) {
		struct pb_match_function *one = match->functions->pdata[i - 1];

		if (is_only(one, !side) && *one->file)
			g_hash_table_replace(others, key_of(one->name, one->where, ""), one);
	}
	for (guint i = match->functions->len; i > 0; i--) {
		struct pb_match_function *one = match->functions->pdata[i - 1], *other;
		g_autofree char *key = key_of(one->name, one->where, "");

		if (!is_only(one, side) || *one->file)
			continue;
		other = g_hash_table_lookup(others, key);
		if (!other)
			continue;
		join(other, one, side);
		g_hash_table_remove(others, key);
		g_ptr_array_remove_index(match->functions, i - 1);
	}
}

static bool is_namesake(const struct pb_match_function *a, const struct pb_match_function *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->where, b->where);
}

/* The one function that only @side has and that is called as @wanted is; NULL if it is not one. */
static struct pb_match_function *only_namesake(const struct pb_match *match, guint side,
					       const struct pb_match_function *wanted)
{
	struct pb_match_function *found = NULL;

	for (guint i = 0; i < match->functions->len; i++) {
		struct pb_match_function *one = match->functions->pdata[i];

		if (!is_only(one, side) || !is_namesake(one, wanted))
			continue;
		if (found)
			return NULL;
		found = one;
	}
	return found;
}

/* A source that was renamed or split takes its functions along: one name left on each side. */
static void match_moved(struct pb_match *match)
{
	for (guint i = match->functions->len; i > 0; i--) {
		struct pb_match_function *one = match->functions->pdata[i - 1], *before;

		if (!is_only(one, PB_MATCH_PATCHED) ||
		    only_namesake(match, PB_MATCH_PATCHED, one) != one)
			continue;
		before = only_namesake(match, PB_MATCH_BASELINE, one);
		if (!before)
			continue;
		join(before, one, PB_MATCH_PATCHED);
		g_ptr_array_remove_index(match->functions, i - 1);
	}
}

void pb_match_init(struct pb_match *match)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	match_events(match);
	match->functions = g_ptr_array_new_with_free_func(function_free);
	for (guint side = 0; side < PB_MATCH_SIDES; side++) {
		match->operations[side] = MAX(match->regions[side]->operations, 1);
		add_side(match, side, known);
	}
	for (guint side = 0; side < PB_MATCH_SIDES; side++)
		match_without_file(match, side);
	match_moved(match);
}

void pb_match_clear(struct pb_match *match)
{
	g_array_unref(match->events);
	g_ptr_array_unref(match->functions);
}

pb_wide pb_match_difference(const struct pb_match *match, pb_wide baseline, pb_wide patched)
{
	pb_wide before = baseline * match->operations[PB_MATCH_PATCHED];
	pb_wide after = patched * match->operations[PB_MATCH_BASELINE];
	pb_wide difference;

	/* Only a damaged file has an overhead that is so much more than the whole. */
	if (__builtin_sub_overflow(after, before, &difference))
		return 0;
	return difference;
}

pb_wide pb_match_self(const struct pb_match *match, const struct pb_match_function *function,
		      guint event)
{
	guint64 count[PB_MATCH_SIDES];

	for (guint side = 0; side < PB_MATCH_SIDES; side++)
		count[side] = function->there[side] ? function->self[side][event] : 0;
	return pb_match_difference(match, count[PB_MATCH_BASELINE], count[PB_MATCH_PATCHED]);
}

double pb_match_per_operation(const struct pb_match *match, pb_wide difference)
{
	pb_wide operations = (pb_wide)match->operations[PB_MATCH_BASELINE] *
			     (pb_wide)match->operations[PB_MATCH_PATCHED];

	return (double)difference / (double)operations;
}
