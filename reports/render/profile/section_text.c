/* See section_text.h. */
#include "reports/render/profile/functions.h"
#include "reports/render/profile/profiles.h"
#include "reports/render/profile/section_text.h"
#include "reports/render/text.h"

#define INDENT	2
#define GAP	2
#define LEADERS 3

static size_t width_of(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

/* Of a column of parameters, as in the table of the figures. */
static size_t column_width(const struct pb_view_group *group, guint column)
{
	size_t width = width_of(group->varying->pdata[column]);

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];

		width = MAX(width, width_of(row->params[column]));
	}
	return width + GAP;
}

/* The parameters of a case, or their names if @row is NULL, each as wide as its column. */
static char *cells_of(const struct pb_view_group *group, const struct pb_view_row *row)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < group->varying->len; i++) {
		const char *cell = row ? row->params[i] : group->varying->pdata[i];

		pb_text_append_plain(text, cell);
		g_string_append_printf(text, "%*s", (int)(column_width(group, i) - width_of(cell)),
				       "");
	}
	return g_string_free(text, FALSE);
}

/* As many functions as there is room for, and the first in any case. */
static char *leaders_of(const struct pb_profile_region *region, size_t columns)
{
	g_auto(GStrv) leaders = pb_function_leaders(region, LEADERS);
	GString *text = g_string_new(leaders[0]	       ? leaders[0]
				     : region->sampled ? "no samples"
						       : "no instructions");

	for (guint i = 1; leaders[0] && leaders[i]; i++) {
		if (width_of(text->str) + GAP + width_of(leaders[i]) > columns)
			break;
		g_string_append_printf(text, ", %s", leaders[i]);
	}
	return g_string_free(text, FALSE);
}

/* What has no room in one line gets its case a line above it. */
static void add_profile(GString *out, const struct pb_view_profile *item, size_t columns)
{
	g_autofree char *cells = cells_of(item->group, item->row);
	size_t taken = 2 * INDENT + width_of(cells);
	size_t left = columns > taken ? columns - taken : 0;
	g_autofree char *what = item->profile ? leaders_of(item->main, left)
					      : g_strdup_printf("no profile: %s", item->error);
	const char *name = item->row->name;

	if (width_of(what) <= left) {
		g_string_append_printf(out, "%*s%s", 2 * INDENT, "", cells);
		pb_text_append_plain(out, what);
		g_string_append_c(out, '\n');
		return;
	}
	if (name[0])
		pb_text_append_wrapped(out, name, columns, 2 * INDENT);
	pb_text_append_wrapped(out, what, columns, (name[0] ? 3 : 2) * INDENT);
}

static const char *metric_of(const struct pb_view_profile *item)
{
	return item->profile ? item->main->metric : NULL;
}

/* Above the first case of a benchmark, and where the cases go on with another metric. */
static void add_heading(GString *out, const struct pb_view_profile *item, size_t columns)
{
	const char *metric = metric_of(item);
	g_autofree char *line = g_strdup_printf("%s%s%s", item->group->benchmark, metric ? " " : "",
						metric ? metric : "");
	g_autofree char *cells = cells_of(item->group, NULL);

	pb_text_append_wrapped(out, line, columns, INDENT);
	g_strchomp(cells);
	if (cells[0] && 2 * INDENT + width_of(cells) <= columns)
		g_string_append_printf(out, "%*s%s\n", 2 * INDENT, "", cells);
}

static void add_place(GString *out, const struct pb_view *view, size_t columns)
{
	const struct pb_view_profile *first = view->profiles->pdata[0];
	g_autofree char *above = g_path_get_dirname(view->result->file);
	g_autofree char *shared = g_path_get_dirname(first->row->source->profile);
	g_autofree char *path =
		g_str_equal(shared, ".") ? g_strdup(above) : g_build_filename(above, shared, NULL);
	g_autofree char *line = g_strdup_printf(
		"All functions, flame graphs and files for callgrind_annotate: in the report and "
		"in %s",
		path);

	pb_text_append_wrapped(out, line, columns, INDENT);
}

void pb_text_profiles(GString *out, const struct pb_view *view, size_t columns)
{
	const struct pb_view_group *group = NULL;
	const char *metric = NULL;

	if (!view->profiles->len)
		return;
	g_string_append_printf(out, "\n%s\n", pb_view_profiles_title(view));
	for (guint i = 0; i < view->profiles->len; i++) {
		const struct pb_view_profile *item = view->profiles->pdata[i];
		const char *own = metric_of(item);

		if (item->group != group || (own && g_strcmp0(own, metric)))
			add_heading(out, item, columns);
		if (item->group != group || own)
			metric = own;
		group = item->group;
		add_profile(out, item, columns);
	}
	add_place(out, view, columns);
}
