/* The tables of report.html: one per benchmark, each case with a row to open. */
#include <string.h>

#include "reports/render/html_cases.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define say pb_text_append_html

static void add_pairs(GString *out, const char *title, const GPtrArray *pairs)
{
	if (!pairs->len)
		return;
	pb_html_element(out, "div class=\"muted\"", title);
	g_string_append(out, "<dl class=\"pairs\">");
	for (guint i = 0; i < pairs->len; i++) {
		const struct pb_view_pair *pair = pairs->pdata[i];

		pb_html_element(out, "dt", pair->name);
		pb_html_element(out, "dd", pair->value);
	}
	g_string_append(out, "</dl>\n");
}

static void add_metric(GString *out, const struct pb_view_column *column,
		       const struct pb_view_cell *cell)
{
	g_autofree char *from = g_strdup_printf("%s, %s", column->unit, cell->samples);

	g_string_append(out, "<tr><th scope=\"row\">");
	say(out, column->name);
	pb_html_element(out, "small", from);
	g_string_append(out, "</th>");
	pb_html_element(out, "td class=\"num\"", cell->median);
	pb_html_element(out, "td class=\"num\"", cell->low);
	pb_html_element(out, "td class=\"num\"", cell->high);
	g_string_append(out, "</tr>\n");
}

/* What opens below a row: everything known about the case. */
static void add_sheet(GString *out, const struct pb_view_group *group,
		      const struct pb_view_row *row)
{
	g_string_append_printf(out, "<tr class=\"more\"><td colspan=\"%u\"><div class=\"sheet\">",
			       MAX(group->varying->len, 1) + group->columns->len);
	pb_html_element(out, "code", row->source->id);
	g_string_append(out, "<table><thead><tr><th scope=\"col\">metric</th>"
			     "<th scope=\"col\" class=\"num\">median</th>"
			     "<th scope=\"col\" class=\"num\">min</th>"
			     "<th scope=\"col\" class=\"num\">max</th></tr></thead><tbody>\n");
	for (guint i = 0; i < group->columns->len; i++)
		if (row->cells[i].median[0])
			add_metric(out, group->columns->pdata[i], &row->cells[i]);
	g_string_append(out, "</tbody></table>\n");
	add_pairs(out, "Facts", row->facts);
	add_pairs(out, "Counters", row->counters);
	pb_html_element(out, "div class=\"muted\"", "This case alone");
	pb_html_element(out, "pre", row->command);
	g_string_append(out, "</div></td></tr>\n");
}

/* data-label: the heading of a cell, for a phone, where the table becomes cards. */
static void add_cell(GString *out, const struct pb_view_column *column,
		     const struct pb_view_cell *cell)
{
	if (!cell->median[0]) {
		g_string_append(out, "<td></td>");
		return;
	}
	g_string_append_printf(out, "<td class=\"num%s\"", column->primary ? "" : " explore");
	pb_html_attribute(out, "data-label", column->name);
	pb_html_attribute(out, "data-unit", column->unit);
	g_string_append_c(out, '>');
	say(out, cell->median);
	if (cell->spread) {
		g_autofree char *range = g_strdup_printf("%s – %s", cell->low, cell->high);

		pb_html_element(out, "small", range);
	}
	g_string_append(out, "</td>");
}

static void add_row(GString *out, const struct pb_view_group *group, const struct pb_view_row *row)
{
	const char *first = group->varying->len ? row->params[0] : "case";

	g_string_append(out, "<tbody><tr><th scope=\"row\"><details><summary>");
	say(out, first[0] ? first : "none");
	g_string_append(out, "</summary></details>");
	if (row->source->not_deterministic)
		pb_html_element(out, "small", "not deterministic");
	g_string_append(out, "</th>");
	for (guint i = 1; i < group->varying->len; i++) {
		g_string_append(out, "<td");
		pb_html_attribute(out, "data-label", group->varying->pdata[i]);
		g_string_append_c(out, '>');
		say(out, row->params[i]);
		g_string_append(out, "</td>");
	}
	for (guint i = 0; i < group->columns->len; i++)
		add_cell(out, group->columns->pdata[i], &row->cells[i]);
	g_string_append(out, "</tr>\n");
	add_sheet(out, group, row);
	g_string_append(out, "</tbody>\n");
}

static void add_head(GString *out, const struct pb_view_group *group)
{
	g_string_append(out, "<thead><tr>");
	if (!group->varying->len)
		g_string_append(out, "<th scope=\"col\">case</th>");
	for (guint i = 0; i < group->varying->len; i++)
		pb_html_element(out, "th scope=\"col\"", group->varying->pdata[i]);
	for (guint i = 0; i < group->columns->len; i++) {
		const struct pb_view_column *column = group->columns->pdata[i];

		g_string_append(out, "<th scope=\"col\" class=\"num\" title=\"");
		say(out, column->better);
		g_string_append(out, "\">");
		say(out, column->name);
		pb_html_element(out, "small", column->unit);
		g_string_append(out, "</th>");
	}
	g_string_append(out, "</tr></thead>\n");
}

static void add_about(GString *out, const struct pb_benchmark *about)
{
	const struct pb_view_pair parts[] = {
		{"kernel path", about->path},
		{"inside the clock", about->inside},
		{"outside the clock", about->outside},
	};

	pb_html_element(out, "p", about->summary);
	g_string_append(out, "<details class=\"muted\"><summary>What is timed</summary>"
			     "<dl class=\"pairs\">");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		pb_html_element(out, "dt", parts[i].name);
		pb_html_element(out, "dd", parts[i].value);
	}
	g_string_append(out, "</dl></details>\n");
}

void pb_html_group(GString *out, const struct pb_view_group *group)
{
	g_string_append(out, "<section>");
	pb_html_element(out, "h3", group->benchmark);
	if (group->about)
		add_about(out, group->about);
	if (group->fixed[0]) {
		g_string_append(out, "<p class=\"muted\">In all cases: ");
		say(out, group->fixed);
		g_string_append(out, "</p>");
	}
	for (guint i = 0; i < group->notes->len; i++)
		pb_html_element(out, "p class=\"note\"", group->notes->pdata[i]);
	g_string_append(
		out,
		"\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Cases of ");
	say(out, group->benchmark);
	g_string_append(out, "\"><table class=\"cases\">\n");
	add_head(out, group);
	for (guint i = 0; i < group->rows->len; i++)
		add_row(out, group, group->rows->pdata[i]);
	g_string_append(out, "</table></div></section>\n");
}
