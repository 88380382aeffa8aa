/* Where the figures of a comparison moved: see where.h. */
#include <string.h>

#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"

static void group_free(gpointer data)
{
	struct pb_where_group *group = data;

	g_ptr_array_unref(group->rows);
	g_free(group);
}

static struct pb_where_group *group_for(GPtrArray *groups, GHashTable *known,
					const struct pb_comparison_row *row)
{
	const char *sentence = row->profile ? row->profile->sentence : row->profile_error;
	g_autofree char *key = g_strconcat(row->profile ? "+" : "-", sentence, NULL);
	struct pb_where_group *group = g_hash_table_lookup(known, key);

	if (group)
		return group;
	group = g_new0(struct pb_where_group, 1);
	group->sentence = sentence;
	group->known = row->profile;
	group->sampled = row->profile && row->profile->sampled;
	group->rows = g_ptr_array_new();
	g_ptr_array_add(groups, group);
	g_hash_table_insert(known, g_steal_pointer(&key), group);
	return group;
}

GPtrArray *pb_compare_where(const struct pb_comparison *c)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		if (row->primary && (row->profile || row->profile_error))
			g_ptr_array_add(group_for(groups, known, row)->rows, (gpointer)row);
	}
	return groups;
}

const char *pb_compare_where_title(const GPtrArray *groups)
{
	bool sampled = groups->len;

	for (guint i = 0; i < groups->len; i++) {
		const struct pb_where_group *group = groups->pdata[i];

		sampled &= group->sampled || !group->known;
	}
	return sampled ? "Samples" : "Where";
}

static guint count_rows(const struct pb_comparison *c, const struct pb_where_group *group,
			bool decisive)
{
	guint count = 0;

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_comparison_row *row = group->rows->pdata[i];

		count += !decisive || row->verdict == c->verdict;
	}
	return group->known && !group->sampled ? count : 0;
}

static char *commonest(const struct pb_comparison *c, const GPtrArray *groups, bool decisive)
{
	const struct pb_where_group *best = NULL;
	guint most = 0, all = 0;

	for (guint i = 0; i < groups->len; i++) {
		guint count = count_rows(c, groups->pdata[i], decisive);

		all += count;
		if (count > most) {
			most = count;
			best = groups->pdata[i];
		}
	}
	if (!best)
		return NULL;
	if (all == 1)
		return g_strdup(best->sentence);
	return g_strdup_printf("%s (%u of %u cases)", best->sentence, most, all);
}

char *pb_compare_where_line(const struct pb_comparison *c)
{
	g_autoptr(GPtrArray) groups = pb_compare_where(c);
	char *line = commonest(c, groups, true);

	return line ? line : commonest(c, groups, false);
}

char *pb_compare_case_name(GHashTable *varying, const struct pb_comparison_row *row)
{
	g_autofree char *params = pb_compare_params(varying, row);

	return g_strconcat(row->benchmark, *params ? " " : "", params, *row->metric ? " " : "",
			   row->metric, NULL);
}

char *pb_compare_case_names(GHashTable *varying, const struct pb_where_group *group, guint most)
{
	guint count = group->rows->len;
	GString *out;

	if (count == 1)
		return pb_compare_case_name(varying, group->rows->pdata[0]);
	out = g_string_new(NULL);
	g_string_append_printf(out, "%u cases: ", count);
	for (guint i = 0; i < MIN(count, most); i++) {
		g_autofree char *name = pb_compare_case_name(varying, group->rows->pdata[i]);

		g_string_append_printf(out, "%s%s", i ? ", " : "", name);
	}
	if (count > most)
		g_string_append_printf(out, " and %u more", count - most);
	return g_string_free(out, FALSE);
}

char *pb_compare_function_notes(const struct pb_moved_function *function)
{
	bool changed = !strcmp(function->how, "changed"), first = true;
	GString *out = g_string_new(changed ? "" : function->how);
	const char *name;
	json_t *change;

	json_object_foreach (function->events, name, change) {
		g_autofree char *text = pb_compare_signed(json_number_value(change));
		g_autofree char *words = g_strdelimit(g_strdup(name), "_", ' ');

		g_string_append(out, !first ? ", " : changed ? "" : "; ");
		g_string_append_printf(out, "%s %s", words, text);
		first = false;
	}
	if (function->noise > 0)
		g_string_append_printf(out, "noise ±%.1f", function->noise);
	return g_string_free(out, FALSE);
}
