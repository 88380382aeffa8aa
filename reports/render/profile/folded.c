/* A profile as folded stacks: see folded.h. */
#include "reports/render/profile/folded.h"

/* A blank ends the stack, a semicolon the name. */
static char *safe_name(const char *name)
{
	GString *safe = g_string_new(NULL);

	for (; *name; name = g_utf8_next_char(name)) {
		gunichar c = g_utf8_get_char(name);
		gboolean bad = c == ';' || g_unichar_isspace(c) || g_unichar_iscntrl(c);

		g_string_append_unichar(safe, bad ? '_' : c);
	}
	return g_string_free(safe, FALSE);
}

static GPtrArray *safe_names(const struct pb_profile_region *region)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		g_ptr_array_add(names, safe_name(function->name));
	}
	return names;
}

static void add_stack(GString *out, const struct pb_profile_region *region, const GPtrArray *names,
		      guint leaf)
{
	const struct pb_profile_node *node = region->nodes->pdata[leaf];
	g_autoptr(GPtrArray) callers = g_ptr_array_new();
	guint64 count = node->self[PB_PROFILE_INSNS];

	g_ptr_array_add(callers, names->pdata[node->function]);
	while (node->parent >= 0) {
		node = region->nodes->pdata[node->parent];
		g_ptr_array_add(callers, names->pdata[node->function]);
	}
	for (guint i = callers->len; i > 0; i--)
		g_string_append_printf(out, "%s%c", (const char *)callers->pdata[i - 1],
				       i > 1 ? ';' : ' ');
	g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", count);
}

char *pb_render_folded(const struct pb_profile_region *region)
{
	g_autoptr(GPtrArray) names = safe_names(region);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < region->nodes->len; i++) {
		const struct pb_profile_node *node = region->nodes->pdata[i];

		if (node->self[PB_PROFILE_INSNS])
			add_stack(out, region, names, i);
	}
	return g_string_free(out, FALSE);
}
