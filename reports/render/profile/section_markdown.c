/* See section_markdown.h. */
#include "reports/render/profile/figures.h"
#include "reports/render/profile/functions.h"
#include "reports/render/profile/profiles.h"
#include "reports/render/profile/section_markdown.h"
#include "reports/render/text.h"

#define say  pb_text_append_markdown
#define MOST 10

static void add_row(GString *out, const struct pb_function_table *table,
		    const struct pb_function_row *row)
{
	g_string_append_c(out, '|');
	for (guint i = 0; i < PB_FUNCTION_COLUMNS; i++) {
		if (!pb_function_shown(table, i))
			continue;
		g_string_append_c(out, ' ');
		say(out, row->cells[i] ? row->cells[i] : "");
		g_string_append(out, " |");
	}
	g_string_append_c(out, '\n');
}

static void add_table(GString *out, const struct pb_function_table *table)
{
	add_row(out, table, &table->head);
	g_string_append_c(out, '|');
	for (guint i = 0; i < PB_FUNCTION_COLUMNS; i++)
		if (pb_function_shown(table, i))
			g_string_append(out, i == PB_FUNCTION_NAME ? "---|" : "--:|");
	g_string_append_c(out, '\n');
	for (guint i = 0; i < table->functions->len; i++)
		add_row(out, table, table->functions->pdata[i]);
	for (guint i = 0; i < table->sums->len; i++)
		add_row(out, table, table->sums->pdata[i]);
	g_string_append_c(out, '\n');
}

static void add_profile(GString *out, const struct pb_view_profile *item)
{
	g_autoptr(pb_function_table) table = NULL;

	g_string_append(out, "### ");
	say(out, item->title);
	if (!item->profile) {
		g_string_append(out, "\n\nNo profile: ");
		say(out, item->error);
		g_string_append(out, "\n\n");
		return;
	}
	g_string_append(out, ": ");
	say(out, item->main->metric);
	g_string_append(out, "\n\n");
	if (item->main->sampled) {
		g_autofree char *words = pb_profile_samples_words(item->profile, item->main);

		say(out, words);
		g_string_append(out, "\n\n");
	}
	table = pb_function_table_new(item->profile, item->main, MOST);
	add_table(out, table);
	g_string_append(out, "All of it: ");
	pb_text_append_markdown_code(out, item->row->source->profile);
	g_string_append(out, "\n\n");
}

void pb_markdown_profiles(GString *out, const struct pb_view *view)
{
	if (!view->profiles->len)
		return;
	g_string_append_printf(out, "## %s\n\n", pb_view_profiles_title(view));
	for (guint i = 0; i < view->profiles->len; i++)
		add_profile(out, view->profiles->pdata[i]);
}
