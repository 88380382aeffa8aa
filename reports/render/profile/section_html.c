/* See section_html.h. */
#include "assets.h"
#include "reports/render/html_page.h"
#include "reports/render/profile/figures.h"
#include "reports/render/profile/flame.h"
#include "reports/render/profile/functions.h"
#include "reports/render/profile/profiles.h"
#include "reports/render/profile/section_html.h"
#include "reports/render/text.h"

#define say	pb_text_append_html
#define element pb_html_element

/* Functions that are shown of a metric. */
#define MOST 15

/* Cases whose flame graphs are in the page: of a whole profile they would be tens of megabytes. */
#define DRAWN 12

char *pb_html_profile_css(const struct pb_view *view)
{
	if (!view->profiles->len && !view->counters->len)
		return NULL;
	return g_strconcat(view->profiles->len ? pb_asset_flame_css : "", pb_asset_profile_css,
			   NULL);
}

/* What is wider than a narrow window scrolls by itself, by keyboard as well. */
static void open_box(GString *out, const char *what, const char *of)
{
	g_string_append(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
	say(out, what);
	say(out, of);
	g_string_append(out, "\">");
}

static void add_counter_head(GString *out, const struct pb_view_group *table)
{
	g_string_append(out, "<thead><tr>");
	for (guint i = 0; i < table->varying->len; i++)
		element(out, "th scope=\"col\"", table->varying->pdata[i]);
	for (guint i = 0; i < table->columns->len; i++) {
		const struct pb_view_column *column = table->columns->pdata[i];

		g_string_append(out, "<th scope=\"col\" class=\"num\">");
		say(out, column->name);
		element(out, "small", column->unit);
		g_string_append(out, "</th>");
	}
	g_string_append(out, "</tr></thead>\n");
}

static void add_counter_row(GString *out, const struct pb_view_group *table,
			    const struct pb_view_row *row)
{
	g_string_append(out, "<tr>");
	for (guint i = 0; i < table->varying->len; i++)
		element(out, i ? "td" : "th scope=\"row\"",
			row->params[i][0] ? row->params[i] : "none");
	for (guint i = 0; i < table->columns->len; i++) {
		const char *text = row->cells[i].median;

		element(out, "td class=\"num\"", text[0] ? text : "–");
	}
	g_string_append(out, "</tr>\n");
}

void pb_html_counters(GString *out, const struct pb_view *view)
{
	if (!view->counters->len)
		return;
	pb_html_heading(out, "counters", view->counted);
	element(out, "p", view->processor);
	if (view->model)
		element(out, "p", view->model);
	if (view->model_words)
		element(out, "p class=\"muted\"", view->model_words);
	for (guint i = 0; i < view->counters->len; i++) {
		const struct pb_view_group *table = view->counters->pdata[i];

		element(out, "h3", table->benchmark);
		open_box(out, "Counters of ", table->benchmark);
		g_string_append(out, "<table class=\"counters\">\n");
		add_counter_head(out, table);
		g_string_append(out, "<tbody>\n");
		for (guint n = 0; n < table->rows->len; n++)
			add_counter_row(out, table, table->rows->pdata[n]);
		g_string_append(out, "</tbody></table></div>\n");
	}
}

/* The function first: it is what a row is about. */
static void add_function_row(GString *out, const struct pb_function_table *table,
			     const struct pb_function_row *row, const char *name,
			     const char *number)
{
	g_string_append(out, "<tr>");
	element(out, name, row->cells[PB_FUNCTION_NAME]);
	for (guint i = 0; i < PB_FUNCTION_NAME; i++)
		if (pb_function_shown(table, i))
			element(out, number, row->cells[i] ? row->cells[i] : "");
	g_string_append(out, "</tr>\n");
}

static void add_functions(GString *out, const struct pb_view_profile *item,
			  const struct pb_profile_region *region)
{
	g_autoptr(pb_function_table) table = pb_function_table_new(item->profile, region, MOST);

	open_box(out, "Functions of ", region->metric);
	g_string_append(out, "<table class=\"functions\">\n<thead>");
	add_function_row(out, table, &table->head, "th scope=\"col\"",
			 "th scope=\"col\" class=\"num\"");
	g_string_append(out, "</thead>\n<tbody>\n");
	for (guint i = 0; i < table->functions->len; i++)
		add_function_row(out, table, table->functions->pdata[i], "th scope=\"row\"",
				 "td class=\"num\"");
	for (guint i = 0; i < table->sums->len; i++)
		add_function_row(out, table, table->sums->pdata[i],
				 "th scope=\"row\" class=\"sum\"", "td class=\"num sum\"");
	g_string_append(out, "</tbody></table></div>\n");
}

/* To a file of the profile. No name in it can leave the folder, or the scheme of the page. */
static void add_link(GString *out, const struct pb_view_profile *item, const char *file,
		     const char *text)
{
	g_autofree char *folder = g_uri_escape_string(item->row->source->profile, "/", FALSE);
	g_autofree char *name = g_uri_escape_string(file, NULL, FALSE);
	g_autofree char *address = g_strconcat(folder, "/", name, NULL);

	g_string_append(out, "<a");
	pb_html_attribute(out, "href", address);
	g_string_append_c(out, '>');
	say(out, text);
	g_string_append(out, "</a> ");
}

static void add_links(GString *out, const struct pb_view_profile *item, const char *metric)
{
	static const struct {
		const char *suffix, *text;
	} files[] = {
		{".svg", "flame graph"},
		{".callgrind", "callgrind"},
		{".folded", "folded stacks"},
	};

	g_string_append(out, "<p class=\"files\"><span class=\"muted\">Files:</span> ");
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *file = g_strconcat(metric, files[i].suffix, NULL);

		add_link(out, item, file, files[i].text);
	}
	add_link(out, item, PB_PROFILE_FILE, PB_PROFILE_FILE);
	g_string_append(out, "</p>\n");
}

static void add_samples(GString *out, const struct pb_profile *profile,
			const struct pb_profile_region *region)
{
	g_autofree char *words = pb_profile_samples_words(profile, region);

	element(out, "p class=\"muted\"", words);
}

static void add_region(GString *out, const struct pb_view_profile *item,
		       const struct pb_profile_region *region, bool drawn)
{
	g_autofree char *svg = drawn ? pb_render_flame_inside(item->profile, region) : NULL;

	g_string_append(out, "<h4>");
	say(out, region->metric);
	g_string_append(out, "</h4>\n");
	if (region->sampled)
		add_samples(out, item->profile, region);
	add_functions(out, item, region);
	if (svg) {
		open_box(out, "Flame graph of ", region->metric);
		g_string_append(out, svg);
		g_string_append(out, "</div>\n");
	}
	add_links(out, item, region->metric);
}

static void add_summary(GString *out, const struct pb_view_profile *item)
{
	g_autofree char *figure = pb_text_number(pb_profile_figure(item->main));
	g_autofree char *unit = pb_profile_unit(item->main);
	g_auto(GStrv) leader = pb_function_leaders(item->main, 1);
	g_autofree char *note =
		g_strdup_printf("%s: %s %s%s%s", item->main->metric, figure, unit,
				leader[0] ? ", most in " : "", leader[0] ? leader[0] : "");

	g_string_append(out, "<summary>");
	say(out, item->title);
	g_string_append_c(out, ' ');
	element(out, "small", note);
	g_string_append(out, "</summary>\n");
}

static void add_profile(GString *out, const struct pb_view_profile *item, bool open, bool drawn)
{
	if (!item->profile) {
		g_string_append(out, "<p>");
		say(out, item->title);
		g_string_append(out, ": <span class=\"bad\">no profile</span>, ");
		say(out, item->error);
		g_string_append(out, "</p>\n");
		return;
	}
	g_string_append_printf(out, "<details class=\"profile\"%s>", open ? " open" : "");
	add_summary(out, item);
	element(out, "code", item->row->source->id);
	for (guint i = 0; i < item->profile->regions->len; i++)
		add_region(out, item, item->profile->regions->pdata[i], drawn);
	g_string_append(out, "</details>\n");
}

void pb_html_profiles(GString *out, const struct pb_view *view)
{
	if (!view->profiles->len)
		return;
	pb_html_heading(out, "profiles", pb_view_profiles_title(view));
	element(out, "p class=\"muted\"",
		pb_view_profiles_are_sampled(view)
			? "Functions by the samples that perf took in them, in a pass of its own "
			  "after the figures; inclusive is with all that they call. Shares with "
			  "the "
			  "standard error that their number of samples leaves them. perf.data is "
			  "kept beside each profile."
			: "Functions by the instructions that they execute themselves, for one "
			  "operation; inclusive is with all that they call.");
	if (view->profiles->len > DRAWN)
		g_string_append_printf(out,
				       "<p class=\"muted\">Flame graphs are drawn here for the "
				       "first %d cases; those of the others are linked.</p>\n",
				       DRAWN);
	for (guint i = 0; i < view->profiles->len; i++)
		add_profile(out, view->profiles->pdata[i], view->profiles->len == 1, i < DRAWN);
}
