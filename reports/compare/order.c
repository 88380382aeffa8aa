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

static const json_t *starts_of(const struct pb_result *result)
{
	return json_object_get(json_object_get(result->root, "environment"), "boot_starts");
}

static void add_side(GArray *starts, const struct pb_result *result, char side, size_t boots)
{
	for (size_t i = 0; i < boots; i++) {
		struct start start = {json_string_value(json_array_get(starts_of(result), i)),
				      side};

		if (start.time)
			g_array_append_val(starts, start);
	}
}

/* The others have no partner: an interrupted comparison may have one more of a side. */
static size_t common_boots(const struct pb_compare_inputs *in)
{
	size_t boots = MIN(json_array_size(starts_of(in->baseline)),
			   json_array_size(starts_of(in->patched)));

	return in->control ? MIN(boots, json_array_size(starts_of(in->control))) : boots;
}

char *pb_boot_order(const struct pb_compare_inputs *in)
{
	g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(struct start));
	size_t boots = common_boots(in);
	char *order;

	if (!boots)
		return NULL;
	add_side(starts, in->baseline, 'B', boots);
	add_side(starts, in->patched, 'P', boots);
	if (in->control)
		add_side(starts, in->control, 'C', boots);
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
