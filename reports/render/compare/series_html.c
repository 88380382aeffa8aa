/* A series of patches as one HTML page: the verdict first, then which patch, then which figure. */
#include <string.h>

#include "assets.h"
#include "pinbench/result.h"
#include "reports/compare/series.h"
#include "reports/file.h"
#include "reports/render/compare/parts.h"
#include "reports/render/compare/series_html.h"
#include "reports/render/compare/series_parts.h"
#include "reports/render/compare/series_text.h"
#include "reports/render/compare/text.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define say	pb_text_append_html
#define element pb_html_element
#define text_at pb_compare_text_at

#define BASE_RESULT "base/result"

static void add_header(GString *out, const json_t *series)
{
	size_t count = json_array_size(json_object_get(series, "patches"));
	g_autofree char *specs = g_strdup_printf(
		"Linux %s and %zu patch%s", text_at(series, "base"), count, count == 1 ? "" : "es");

	pb_compare_open_header(out, "pinbench series", pb_series_verdict(series),
			       text_at(series, "sentence"));
	element(out, "p class=\"specs\"", specs);
	g_string_append(out, "</header>\n");
}

static void add_nav(GString *out, const json_t *series, const struct pb_series_matrix *moved)
{
	const bool rows = json_array_size(json_object_get(series, "rows")) > 0;
	const bool patches = json_array_size(json_object_get(series, "patches")) > 0;
	const struct pb_compare_section sections[] = {
		{patches, "patches", "Patches"},
		{rows, "figures", "Figures"},
		{moved->row_count && json_array_size(json_object_get(series, "patches")) > 1,
		 "course", "Over the series"},
		{rows, "method", "Method"},
		{patches, "again", "Reproduce"},
		{true, "data", "Raw data"},
		{true, "mail", "For a mail"},
	};

	pb_compare_add_nav(out, sections, G_N_ELEMENTS(sections));
}

static void add_unreached_of(GString *out, const json_t *patch)
{
	const json_t *list = json_object_get(patch, "unreached");
	json_t *one;
	size_t i;

	if (!json_array_size(list))
		return;
	g_string_append_printf(out,
			       "<li><a href=\"#patch-%u\">patch %u</a>: ", pb_series_number(patch),
			       pb_series_number(patch));
	json_array_foreach (list, i, one) {
		g_string_append(out, i ? ", " : "");
		element(out, "code", json_is_string(one) ? json_string_value(one) : "?");
	}
	g_string_append(out, "</li>");
}

/* A verdict on code that did not run would be the worst mistake of all. */
static void add_unreached(GString *out, const json_t *series)
{
	g_autoptr(GString) list = g_string_new(NULL);
	json_t *patch;
	size_t i;

	json_array_foreach (json_object_get(series, "patches"), i, patch)
		add_unreached_of(list, patch);
	if (!list->len)
		return;
	g_string_append(out,
			"<div class=\"warning open\" role=\"note\"><p><b>! No chosen benchmark "
			"executed these changed functions inside the clock: the figures say "
			"nothing about them.</b></p><ul class=\"ids\">");
	g_string_append(out, list->str);
	g_string_append(out, "</ul></div>\n");
}

static void add_warnings(GString *out, const json_t *series)
{
	g_autofree char *unbuilt = pb_series_unbuilt(series);

	pb_compare_add_control_warning(out, json_object_get(series, "control"));
	if (unbuilt) {
		g_string_append(out, "<p class=\"warning worse\" role=\"note\">✗ ");
		say(out, unbuilt);
		g_string_append(out, "</p>\n");
	}
	add_unreached(out, series);
}

static void add_folded(GString *out, const json_t *series, enum pb_series_choice choice,
		       const char *what)
{
	g_autoptr(pb_series_matrix) matrix = pb_series_matrix_new(series, choice);

	if (!matrix->row_count)
		return;
	g_string_append_printf(out, "<details class=\"fold\"><summary>%u %s</summary>",
			       matrix->row_count, what);
	pb_series_add_matrix(out, matrix, what);
	g_string_append(out, "</details>\n");
}

static void add_figures(GString *out, const json_t *series, const struct pb_series_matrix *moved)
{
	if (!json_array_size(json_object_get(series, "rows")))
		return;
	pb_html_heading(out, "figures", "Figures");
	if (moved->row_count)
		g_string_append_printf(out,
				       "<p>What each patch adds to the kernel before it, in %s. "
				       "“All” is the last kernel that was built against the base. "
				       "✗ worse, ✓ better, = unchanged, ? inconclusive, – missing."
				       "</p>\n",
				       moved->counted ? "the unit of the figure" : "percent");
	else
		element(out, "p", "No patch is shown to move a primary figure.");
	pb_series_add_matrix(out, moved, "figures that a patch moved");
	add_folded(out, series, PB_SERIES_REST, "figures that no patch is shown to move");
	add_folded(out, series, PB_SERIES_EXPLORATORY,
		   "exploratory figures that a patch moved; no verdict above rests on them");
}

static void add_method(GString *out, const json_t *series)
{
	if (!json_array_size(json_object_get(series, "rows")))
		return;
	pb_html_heading(out, "method", "How it was found");
	element(out, "p",
		"One kernel was built for each patch, with all patches before it, and each kernel "
		"ran the same cases on the same machine. A patch by itself is its kernel against "
		"the one before; against the base is all patches so far. A patch whose kernel has "
		"the same code as the one before has nothing to measure.");
	element(out, "p",
		"The verdict of the series is the worst of its patches, each by itself: what a "
		"later patch repairs was broken for those who bisect. Each comparison has a report "
		"of its own, with its rules, its samples and the functions that changed.");
}

static void add_again(GString *out, const json_t *series)
{
	const char *command = text_at(json_object_get(series, "run"), "command");
	json_t *patch;
	size_t i;

	if (!json_array_size(json_object_get(series, "patches")))
		return;
	pb_html_heading(out, "again", "Reproduce");
	if (*command) {
		element(out, "p", "The whole series:");
		element(out, "pre", command);
	}
	element(out, "p", "One patch, with those before it, against the base:");
	g_string_append(out, "<ul class=\"commands\">\n");
	json_array_foreach (json_object_get(series, "patches"), i, patch) {
		g_autofree char *one = pb_series_command(text_at(series, "base"), patch);

		if (!one || json_is_true(json_object_get(patch, "same_code")))
			continue;
		g_string_append_printf(out, "<li>patch %u", pb_series_number(patch));
		element(out, "pre", one);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ul>\n");
}

static void add_files(GString *out, const char *dir)
{
	static const struct pb_compare_file files[] = {
		{PB_SERIES_FILE, "this series"},
		{BASE_RESULT "/" PB_RESULT_FILE, "the base's result, with its samples"},
		{BASE_RESULT "/" PB_HTML_FILE, "the same as a page"},
		{"control/" PB_RESULT_FILE, "the control's"},
	};

	pb_compare_add_file_list(out, dir, files, G_N_ELEMENTS(files));
}

int pb_render_series_html(const json_t *series, const char *dir, GError **ret_error)
{
	g_autoptr(pb_series_matrix) moved = pb_series_matrix_new(series, PB_SERIES_MOVED);
	g_autoptr(GPtrArray) trust = pb_compare_series_trust(series);
	g_autofree char *text = pb_render_series_text(series, PB_MAIL_COLUMNS);
	g_autofree char *title = g_strdup_printf("%s: pinbench series", text_at(series, "base"));
	g_autoptr(GString) out = g_string_new(NULL);

	pb_html_head(out, title, pb_asset_compare_css);
	add_header(out, series);
	add_nav(out, series, moved);
	g_string_append(out, "<main>\n");
	add_warnings(out, series);
	pb_compare_add_trust(out, trust);
	pb_series_add_patches(out, series, dir);
	add_figures(out, series, moved);
	pb_series_add_courses(out, series, moved);
	add_method(out, series);
	add_again(out, series);
	add_files(out, dir);
	pb_compare_add_mail(out, text);
	g_string_append(out, "</main>\n</body>\n</html>\n");
	return pb_write_file(dir, PB_HTML_FILE, out->str, out->len, ret_error);
}
