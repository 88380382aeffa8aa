/* Where a figure moved, below its row: see parts.h. */
#include <string.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element pb_html_element

#define SHOWN_FUNCTIONS 30
/* A page of megabytes would serve nobody; the others are linked. */
#define MOST_FLAMES	 20
#define MOST_FLAME_BYTES (512 * 1024)

void pb_compare_add_where_line(GString *out, const struct pb_comparison *c)
{
	g_autofree char *line = pb_compare_where_line(c);

	if (!line)
		return;
	g_string_append(out, "<p class=\"where\"><b>where:</b> ");
	pb_text_append_html(out, line);
	g_string_append(out, "</p>\n");
}

bool pb_compare_has_flame(const struct pb_comparison *c)
{
	for (size_t i = 0; i < c->row_count; i++) {
		if (c->rows[i].profile && c->rows[i].profile->flame)
			return true;
	}
	return false;
}

/* Takes @text. */
static void add_number(GString *out, char *text)
{
	g_autofree char *owned = text;

	element(out, "td class=\"num\"", owned);
}

static void add_function(GString *out, const struct pb_moved_function *function, bool sampled)
{
	g_autofree char *notes = pb_compare_function_notes(function);

	g_string_append(out, "<tr><th scope=\"row\">");
	element(out, "code", function->name);
	g_string_append(out, "<small>");
	pb_text_append_html(out, function->where);
	g_string_append(out, *function->where && *function->file ? ", " : "");
	pb_text_append_html(out, function->file);
	g_string_append(out, "</small></th>");
	add_number(out, pb_text_number(function->baseline_self));
	add_number(out, pb_text_number(function->patched_self));
	add_number(out, pb_compare_signed(function->self_delta));
	add_number(out, pb_compare_signed(function->inclusive_delta));
	if (!sampled) {
		add_number(out, pb_text_number(function->baseline_calls));
		add_number(out, pb_text_number(function->patched_calls));
	}
	element(out, "td", notes);
	g_string_append(out, "</tr>\n");
}

static void add_functions(GString *out, const struct pb_moved_functions *profile)
{
	size_t shown = MIN(profile->listed, SHOWN_FUNCTIONS);

	if (!shown)
		return;
	g_string_append(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\""
			     "Functions that differ\"><table class=\"moved\"><thead><tr>"
			     "<th scope=\"col\">function, ");
	pb_text_append_html(out, profile->unit);
	g_string_append(out, "</th><th scope=\"col\" class=\"num\">self before</th>"
			     "<th scope=\"col\" class=\"num\">after</th>"
			     "<th scope=\"col\" class=\"num\">delta</th>"
			     "<th scope=\"col\" class=\"num\">delta with what it calls</th>");
	if (!profile->sampled)
		g_string_append(out, "<th scope=\"col\" class=\"num\">calls before</th>"
				     "<th scope=\"col\" class=\"num\">after</th>");
	g_string_append(out, "<th scope=\"col\">what else</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++)
		add_function(out, &profile->functions[i], profile->sampled);
	g_string_append(out, "</tbody></table></div>\n");
	if (profile->count > shown)
		g_string_append_printf(out,
				       "<p class=\"muted\">and %zu more functions; compare.json "
				       "has %zu.</p>\n",
				       profile->count - shown, profile->listed);
}

/* How many rows before it have a flame graph, too. */
static guint flames_before(const struct pb_compare_page *page, const struct pb_comparison_row *row)
{
	guint count = 0;

	for (const struct pb_comparison_row *one = page->comparison->rows; one < row; one++)
		count += one->profile && one->profile->flame;
	return count;
}

/* NULL if it cannot be part of the page. */
static char *read_flame(const struct pb_compare_page *page, const struct pb_comparison_row *row)
{
	g_autofree char *path = g_build_filename(page->dir, row->profile->flame, NULL);
	guint number = flames_before(page, row);
	g_autofree char *prefix = g_strdup_printf("f%u-", number);
	g_autofree char *svg = NULL;
	gsize length;

	if (number >= MOST_FLAMES || !g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
	    !g_file_get_contents(path, &svg, &length, NULL) || length > MOST_FLAME_BYTES)
		return NULL;
	return pb_compare_flame_inline(svg, length, prefix);
}

static void add_flame(GString *out, const struct pb_compare_page *page,
		      const struct pb_comparison_row *row)
{
	/* From here on, whatever it is called: no name can make it another kind of address. */
	g_autofree char *escaped = g_uri_escape_string(row->profile->flame, "/", FALSE);
	g_autofree char *address = g_strconcat("./", escaped, NULL);
	g_autofree char *svg = read_flame(page, row);

	if (svg)
		g_string_append_printf(out,
				       "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
				       "aria-label=\"Flame graph of what changed\">%s</div>\n",
				       svg);
	g_string_append(out, "<p class=\"muted\">");
	g_string_append(out, svg ? "Flame graph of what changed: "
				 : "The flame graph of what changed is not in this page: ");
	g_string_append(out, "<a");
	pb_html_attribute(out, "href", address);
	g_string_append_c(out, '>');
	pb_text_append_html(out, row->profile->flame);
	g_string_append(out, "</a></p>\n");
}

void pb_compare_add_where(GString *out, const struct pb_compare_page *page,
			  const struct pb_comparison_row *row)
{
	if (row->profile_error) {
		g_string_append(out, "<p><b>where:</b> not known, there is no profile: ");
		pb_text_append_html(out, row->profile_error);
		g_string_append(out, "</p>\n");
	}
	if (!row->profile)
		return;
	/* The sentence of samples says that it is of samples. */
	g_string_append(out, row->profile->sampled ? "<p>" : "<p><b>where:</b> ");
	pb_text_append_html(out, row->profile->sentence);
	g_string_append(out, "</p>\n");
	add_functions(out, row->profile);
	if (row->profile->flame)
		add_flame(out, page, row);
}
