/* The figures of a comparison, the worst first: see parts.h. */
#include <math.h>
#include <string.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element pb_html_element
#define NONE	"–"

#define FEW	    3	/* so many need no folding */
#define MOST_SHEETS 200 /* rows that open; a page of megabytes would serve nobody */

typedef bool (*chooser)(const struct pb_comparison_row *row);

static bool is_settled(const struct pb_comparison_row *row)
{
	return row->verdict == PB_VERDICT_UNCHANGED || row->verdict == PB_VERDICT_MISSING;
}

static bool is_moved(const struct pb_comparison_row *row)
{
	return row->primary && !is_settled(row);
}

static bool is_negligible(const struct pb_comparison_row *row)
{
	return row->primary && row->verdict == PB_VERDICT_UNCHANGED && row->negligible;
}

static bool is_unchanged(const struct pb_comparison_row *row)
{
	return row->primary && row->verdict == PB_VERDICT_UNCHANGED && !row->negligible;
}

static bool is_missing(const struct pb_comparison_row *row)
{
	return row->primary && row->verdict == PB_VERDICT_MISSING;
}

static bool is_exploratory(const struct pb_comparison_row *row)
{
	return !row->primary && !is_settled(row);
}

static GPtrArray *choose(const struct pb_comparison *c, chooser wanted)
{
	GPtrArray *rows = g_ptr_array_new();

	for (size_t i = 0; i < c->row_count; i++) {
		if (wanted(&c->rows[i]))
			g_ptr_array_add(rows, (gpointer)&c->rows[i]);
	}
	return rows;
}

/* The columns behind the case; of timed evidence alone. */
static const struct {
	const char *name;
	bool timed;
} columns[] = {
	{"metric", false}, {"baseline", false},	    {"patched", false},
	{"delta", false},  {"delta, %", false},	    {"95% interval", true},
	{"q", true},	   {"of threshold", false}, {"verdict", false},
};

static bool has_column(const struct pb_compare_page *page, size_t column)
{
	return page->timed || !columns[column].timed;
}

static guint column_count(const struct pb_compare_page *page)
{
	guint count = 1;

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		count += has_column(page, i);
	return count;
}

static void add_head(GString *out, const struct pb_compare_page *page)
{
	g_string_append(out, "<thead><tr><th scope=\"col\">case</th>");
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (has_column(page, i))
			element(out,
				i && i + 1 < G_N_ELEMENTS(columns)
					? "th scope=\"col\" class=\"num\""
					: "th scope=\"col\"",
				columns[i].name);
	}
	g_string_append(out, "</tr></thead>\n");
}

/* Takes @text. @label: of a card on a phone, where there is no head above it; or NULL. */
static void add_cell(GString *out, const char *label, char *text)
{
	g_autofree char *owned = text;

	g_string_append(out, "<td class=\"num\"");
	if (label)
		pb_html_attribute(out, "data-label", label);
	g_string_append_c(out, '>');
	pb_text_append_html(out, owned ? owned : NONE);
	g_string_append(out, "</td>");
}

static char *number(double value)
{
	return isnan(value) ? NULL : pb_text_number(value);
}

static void add_verdict(GString *out, const struct pb_comparison_row *row)
{
	g_string_append_printf(out, "<td class=\"verdict\"><b class=\"%s\">%s %s</b>",
			       pb_compare_class(row->verdict), pb_compare_sign(row->verdict),
			       row->negligible ? "negligible" : pb_verdict_name(row->verdict));
	if (row->verdict == PB_VERDICT_INCONCLUSIVE) {
		g_autofree char *outlook = pb_compare_outlook(row);

		element(out, "small", outlook);
	}
	g_string_append(out, "</td>");
}

static void add_figures(GString *out, const struct pb_compare_page *page,
			const struct pb_comparison_row *row)
{
	g_string_append(out, "<td class=\"metric\">");
	pb_text_append_html(out, row->metric);
	element(out, "small", row->unit);
	g_string_append(out, "</td>");
	add_cell(out, "baseline", number(row->baseline));
	add_cell(out, "patched", number(row->patched));
	add_cell(out, "delta", isnan(row->delta) ? NULL : pb_compare_signed(row->delta));
	add_cell(out, NULL, pb_compare_percent(row->delta_percent));
	if (page->timed) {
		add_cell(out, "95% interval", pb_compare_interval(row));
		add_cell(out, "q", isnan(row->q) ? NULL : g_strdup_printf("%.2g", row->q));
	}
	add_cell(out, "of threshold", pb_compare_factor(row));
	add_verdict(out, row);
}

/* @opens: with a sheet below it. */
static void add_row(GString *out, const struct pb_compare_page *page,
		    const struct pb_comparison_row *row, bool opens)
{
	g_autofree char *params = pb_compare_params(page->varying, row);

	g_string_append(out, "<tbody><tr><th scope=\"row\">");
	g_string_append(out, opens ? "<details><summary>" : "");
	pb_text_append_html(out, row->benchmark);
	g_string_append(out, opens ? "</summary></details>" : "");
	if (*params)
		element(out, "small", params);
	g_string_append(out, "</th>");
	add_figures(out, page, row);
	g_string_append(out, "</tr>\n");
	if (opens) {
		g_string_append_printf(out, "<tr class=\"more\"><td colspan=\"%u\">",
				       column_count(page));
		pb_compare_add_sheet(out, page, row);
		g_string_append(out, "</td></tr>\n");
	}
	g_string_append(out, "</tbody>\n");
}

static void add_table(GString *out, const struct pb_compare_page *page, const char *label,
		      const GPtrArray *rows, bool opens)
{
	g_string_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\"");
	pb_html_attribute(out, "aria-label", label);
	g_string_append(out, "><table class=\"cases moves\">\n");
	add_head(out, page);
	for (guint i = 0; i < rows->len; i++)
		add_row(out, page, rows->pdata[i], opens && i < MOST_SHEETS);
	g_string_append(out, "</table></div>\n");
	if (opens && rows->len > MOST_SHEETS)
		g_string_append_printf(out,
				       "<p class=\"muted\">The first %d open. The samples and "
				       "commands of the others are in compare.json.</p>\n",
				       MOST_SHEETS);
}

/* One that is closed until it is asked for. */
static void add_folded(GString *out, const struct pb_compare_page *page, const char *label,
		       const GPtrArray *rows, bool opens)
{
	g_string_append(out, "<details class=\"fold\">");
	element(out, "summary", label);
	add_table(out, page, label, rows, opens);
	g_string_append(out, "</details>\n");
}

/* The negligible ones first. */
static void add_unchanged(GString *out, const struct pb_compare_page *page)
{
	g_autoptr(GPtrArray) rows = choose(page->comparison, is_negligible);
	g_autoptr(GPtrArray) equal = choose(page->comparison, is_unchanged);
	g_autofree char *label = NULL;

	label = rows->len ? g_strdup_printf("%u unchanged, %u of them by a negligible delta",
					    rows->len + equal->len, rows->len)
			  : g_strdup_printf("%u unchanged", equal->len);
	g_ptr_array_extend(rows, equal, NULL, NULL);
	if (rows->len)
		add_folded(out, page, label, rows, false);
}

/* Their verdicts are their own: they do not make the comparison's. */
static void add_exploratory(GString *out, const struct pb_compare_page *page)
{
	g_autoptr(GPtrArray) rows = choose(page->comparison, is_exploratory);
	g_autofree char *label = g_strdup_printf("%u exploratory figures that moved or are "
						 "inconclusive; no verdict above rests on them",
						 rows->len);

	if (rows->len)
		add_folded(out, page, label, rows, true);
}

static void add_reason(GString *out, const char *reason, const GPtrArray *rows)
{
	bool folded = rows->len > FEW;

	g_string_append(out, "<li>");
	pb_text_append_html(out, reason);
	if (folded)
		g_string_append_printf(
			out, "<details><summary class=\"muted\">%u figures</summary>", rows->len);
	g_string_append(out, "<ul class=\"ids\">");
	for (guint i = 0; i < rows->len; i++) {
		const struct pb_comparison_row *row = rows->pdata[i];

		g_string_append(out, "<li>");
		element(out, "code", row->id);
		g_string_append_c(out, ' ');
		pb_text_append_html(out, row->metric);
		g_string_append(out, "</li>");
	}
	g_string_append_printf(out, "</ul>%s</li>\n", folded ? "</details>" : "");
}

static void add_missing(GString *out, const struct pb_comparison *c)
{
	g_autoptr(GPtrArray) rows = choose(c, is_missing);

	if (!rows->len)
		return;
	pb_html_heading(out, "missing", "Missing, and why");
	g_string_append(out, "<ul class=\"reasons\">\n");
	while (rows->len) {
		g_autoptr(GPtrArray) alike = g_ptr_array_new();
		const char *reason = ((struct pb_comparison_row *)rows->pdata[0])->reason;

		for (guint i = 0; i < rows->len;) {
			const struct pb_comparison_row *row = rows->pdata[i];

			if (g_strcmp0(row->reason, reason)) {
				i++;
				continue;
			}
			g_ptr_array_add(alike, (gpointer)row);
			g_ptr_array_remove_index(rows, i);
		}
		add_reason(out, reason ? reason : "no reason given", alike);
	}
	g_string_append(out, "</ul>\n");
}

void pb_compare_add_tables(GString *out, const struct pb_compare_page *page)
{
	g_autoptr(GPtrArray) moved = choose(page->comparison, is_moved);

	if (!page->comparison->row_count)
		return;
	pb_html_heading(out, "figures", "Figures");
	if (moved->len)
		add_table(out, page, "Moved or inconclusive", moved, true);
	else
		element(out, "p", "No primary figure moved by as much as is worth a verdict.");
	add_unchanged(out, page);
	add_exploratory(out, page);
	add_missing(out, page->comparison);
}
