/* The places of a call graph: see flame_tree.h. */
#include <string.h>

#include "reports/render/profile/flame_tree.h"

static struct pb_flame_place *add_place(GPtrArray *places, gint parent,
					const struct pb_profile_function *function)
{
	struct pb_flame_place *place = g_new0(struct pb_flame_place, 1);

	place->parent = parent;
	place->name = function ? function->name : NULL;
	place->where = function ? function->where : "";
	g_ptr_array_add(places, place);
	return place;
}

/* The length tells where the name ends, whatever is in it. */
static char *key_of(guint parent, const struct pb_profile_function *function)
{
	return g_strdup_printf("%u %zu %s%s", parent, strlen(function->name), function->name,
			       function->where);
}

/* Index of the place of @function below @parent. */
static guint find_place(GPtrArray *places, GHashTable *known, guint parent,
			const struct pb_profile_function *function)
{
	g_autofree char *key = key_of(parent, function);
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(known, key));

	if (index)
		return index; /* 0 is the whole, which nothing calls */
	add_place(places, (gint)parent, function);
	g_hash_table_insert(known, g_steal_pointer(&key), GUINT_TO_POINTER(places->len - 1));
	return places->len - 1;
}

static void add_side(GPtrArray *places, GHashTable *known, const struct pb_profile_region *region,
		     guint side)
{
	g_autofree guint *place_of = g_new0(guint, region->nodes->len);

	for (guint i = 0; i < region->nodes->len; i++) {
		const struct pb_profile_node *node = region->nodes->pdata[i];
		guint parent = node->parent < 0 ? 0 : place_of[node->parent];
		struct pb_flame_place *place;

		place_of[i] =
			find_place(places, known, parent, region->functions->pdata[node->function]);
		place = places->pdata[place_of[i]];
		place->self[side] += node->self[PB_PROFILE_INSNS];
	}
}

GPtrArray *pb_flame_places(const struct pb_profile_region *const sides[PB_FLAME_SIDES])
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *places = g_ptr_array_new_with_free_func(g_free);

	add_place(places, -1, NULL);
	for (guint side = 0; side < PB_FLAME_SIDES && sides[side]; side++)
		add_side(places, known, sides[side], side);
	for (guint i = places->len; i > 0; i--) {
		struct pb_flame_place *place = places->pdata[i - 1], *parent = NULL;

		if (place->parent >= 0)
			parent = places->pdata[place->parent];
		for (guint side = 0; side < PB_FLAME_SIDES; side++) {
			place->all[side] += place->self[side];
			if (parent)
				parent->all[side] += place->all[side];
		}
	}
	return places;
}
