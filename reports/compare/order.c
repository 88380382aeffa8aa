/* The order of boots: see order.h. */
#include <string.h>

#include "reports/compare/order.h"

struct start {
	const char *time; /* ISO 8601, UTC: sorts as text */
	char side;
};

static gint by_time(gconstpointer a, gconstpointer b)
{
	return strcmp(((const struct start *)a)->time, ((const struct start *)b)->time);
}

static bool add_side(GArray *starts, const struct pb_result *result, char side)
{
	const json_t *environment = json_object_get(result->root, "environment");
	const json_t *list = json_object_get(environment, "boot_starts");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		struct start start = {json_string_value(one), side};

		if (start.time)
			g_array_append_val(starts, start);
	}
	return json_array_size(list) > 0;
}

char *pb_boot_order(const struct pb_compare_inputs *in)
{
	g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(struct start));
	bool all = add_side(starts, in->baseline, 'B') && add_side(starts, in->patched, 'P');
	char *order;

	if (all && in->control)
		all = add_side(starts, in->control, 'C');
	if (!all)
		return NULL;
	g_array_sort(starts, by_time);
	order = g_new0(char, starts->len + 1);
	for (guint i = 0; i < starts->len; i++)
		order[i] = g_array_index(starts, struct start, i).side;
	return order;
}

bool pb_boot_order_is_paired(const char *order)
{
	size_t sides = strchr(order, 'C') ? 3 : 2;

	if (strlen(order) % sides)
		return false;
	for (; *order; order += sides) {
		for (size_t i = 0; i < sides; i++) {
			if (memchr(order, order[i], i))
				return false;
		}
	}
	return true;
}
