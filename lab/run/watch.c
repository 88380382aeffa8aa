/* Functions that are watched: see watch.h. */
#include <stdio.h>
#include "lab/kernel/changed/locate.h"
#include "lab/run/watch.h"

char *pb_watch_ranges(const struct pb_watch *watch)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < watch->places->len; i++) {
		const struct pb_place *place = &g_array_index(watch->places, struct pb_place, i);

		g_string_append_printf(text, "%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x\n",
				       place->start, place->end);
	}
	return g_string_free(text, FALSE);
}

static json_t *names_where(const struct pb_watch *watch, const guint64 *counts,
			   const guint64 *but_not)
{
	json_t *names = json_array();

	for (guint i = 0; watch->names[i]; i++) {
		if (counts[i] && !(but_not && but_not[i]))
			json_array_append_new(names, json_string(watch->names[i]));
	}
	return names;
}

json_t *pb_watch_reached(const struct pb_watch *watch, const char *text)
{
	guint count = g_strv_length(watch->names);
	g_autofree guint64 *inside = g_new0(guint64, count + 1);
	g_autofree guint64 *outside = g_new0(guint64, count + 1);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	if (g_strv_length(lines) < watch->places->len)
		return NULL;
	for (guint i = 0; i < watch->places->len; i++) {
		guint function = g_array_index(watch->places, struct pb_place, i).function;
		unsigned long long in, out;

		if (sscanf(lines[i], "%llu %llu", &in, &out) != 2)
			return NULL;
		inside[function] += in;
		outside[function] += out;
	}
	return json_pack("{s:o, s:o}", "measured", names_where(watch, inside, NULL), "outside",
			 names_where(watch, outside, inside));
}

void pb_watch_free(struct pb_watch *watch)
{
	if (!watch)
		return;
	g_strfreev(watch->names);
	g_array_unref(watch->places);
	g_free(watch);
}
