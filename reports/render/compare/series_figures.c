/* The figures of a series, a column for each patch: see series_parts.h. */
#include "reports/render/compare/parts.h"
#include "reports/render/compare/series_parts.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element pb_html_element

static void add_head(GString *out, const struct pb_series_matrix *matrix)
{
	g_string_append(out, "<thead><tr><th scope=\"col\">case</th>"
			     "<th scope=\"col\" class=\"num\">base</th>");
	for (guint i = 0; i < matrix->numbers->len; i++) {
		guint number = g_array_index(matrix->numbers, guint, i);

		g_string_append_printf(out,
				       "<th scope=\"col\" class=\"num\"><a href=\"#patch-%u\">"
				       "patch %u</a></th>",
				       number, number);
	}
	g_string_append(out, "<th scope=\"col\" class=\"num\">all</th></tr></thead>\n");
}

static void add_block_head(GString *out, const struct pb_series_matrix *matrix,
			   const struct pb_series_block *block)
{
	g_autofree char *name = pb_series_block_name(block);
	g_autofree char *common = pb_series_params(block, pb_series_first(block), false);

	g_string_append_printf(out,
			       "<tr class=\"block\"><th scope=\"colgroup\" colspan=\"%u\"><div>",
			       matrix->numbers->len + 3);
	pb_text_append_html(out, name);
	if (*common)
		element(out, "small", common);
	g_string_append(out, "</div></th></tr>\n");
}

static void add_effect(GString *out, const json_t *effect, bool counted)
{
	g_autofree char *text = pb_series_effect_text(effect, counted);
	g_autofree char *tag =
		g_strdup_printf("b class=\"%s\"", pb_compare_class(pb_series_verdict(effect)));

	g_string_append(out, "<td class=\"num\">");
	element(out, tag, text);
	g_string_append(out, "</td>");
}

static void add_row(GString *out, const struct pb_series_matrix *matrix,
		    const struct pb_series_block *block, const json_t *row)
{
	g_autofree char *label = pb_series_params(block, row, true);
	g_autofree char *base = pb_series_baseline(row);

	g_string_append(out, "<tr>");
	element(out, "th scope=\"row\"", *label ? label : "the one case");
	element(out, "td class=\"num\"", base);
	for (guint i = 0; i < matrix->numbers->len; i++)
		add_effect(out, pb_series_effect(row, g_array_index(matrix->numbers, guint, i)),
			   matrix->counted);
	add_effect(out, pb_series_effect(row, 0), matrix->counted);
	g_string_append(out, "</tr>\n");
}

void pb_series_add_matrix(GString *out, const struct pb_series_matrix *matrix, const char *label)
{
	if (!matrix->row_count)
		return;
	/* Reached by the keyboard, or those who have no other way could not scroll it. */
	g_string_append(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\"");
	pb_html_attribute(out, "aria-label", label);
	g_string_append(out, "><table class=\"matrix\">\n");
	add_head(out, matrix);
	for (guint i = 0; i < matrix->blocks->len; i++) {
		const struct pb_series_block *block = matrix->blocks->pdata[i];

		g_string_append(out, "<tbody>");
		add_block_head(out, matrix, block);
		for (guint k = 0; k < block->rows->len; k++)
			add_row(out, matrix, block, block->rows->pdata[k]);
		g_string_append(out, "</tbody>\n");
	}
	g_string_append(out, "</table></div>\n");
}
