/* The table of patches: see series_parts.h. */
#include <string.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/series_parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define say	pb_text_append_html
#define element pb_html_element
#define text_at pb_compare_text_at

/* Links a comparison if it is there. The directory is a name: a path could lead anywhere. */
static void add_link(GString *out, const json_t *patch, const char *leaf, const char *dir)
{
	const char *name = text_at(patch, "directory");
	g_autofree char *path = g_build_filename(dir, name, leaf, PB_HTML_FILE, NULL);
	g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);

	if (!*name || *name == '.' || strchr(name, '/') || !g_file_test(path, G_FILE_TEST_EXISTS))
		return;
	g_string_append_printf(out,
			       "<a href=\"%s/%s/%s\">report<span class=\"unseen\"> of patch %u, %s",
			       escaped, leaf, PB_HTML_FILE, pb_series_number(patch),
			       strcmp(leaf, "base") ? "by itself" : "against the base");
	g_string_append(out, "</span></a>");
}

/* "✗ 14 worse", one below the other. */
static void add_counts(GString *out, const json_t *side)
{
	static const struct {
		enum pb_verdict verdict;
		const char *word;
	} shown[] = {
		{PB_VERDICT_REGRESSION, "worse"},
		{PB_VERDICT_IMPROVEMENT, "better"},
		{PB_VERDICT_INCONCLUSIVE, "inconclusive"},
		{PB_VERDICT_MISSING, "missing"},
	};
	bool any = false;

	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
		enum pb_verdict verdict = shown[i].verdict;
		guint count = pb_series_count(side, verdict);

		if (!count)
			continue;
		g_string_append_printf(out, "<b class=\"%s\">%s %u %s</b> ",
				       pb_compare_class(verdict), pb_compare_sign(verdict), count,
				       shown[i].word);
		any = true;
	}
	if (!any)
		g_string_append_printf(out, "<b class=\"same\">= %u unchanged</b> ",
				       pb_series_count(side, PB_VERDICT_UNCHANGED));
}

static void add_side(GString *out, const json_t *patch, const char *key, const char *label,
		     const char *dir)
{
	const json_t *side = json_object_get(patch, key);

	g_string_append(out, "<td");
	pb_html_attribute(out, "data-label", label);
	g_string_append_c(out, '>');
	if (side) {
		add_counts(out, side);
		add_link(out, patch, key, dir);
	} else {
		g_string_append(out, "–");
	}
	g_string_append(out, "</td>");
}

/* One line is short enough to stand there; what git or a compiler said is not. */
static void add_error(GString *out, const char *error)
{
	g_string_append(out,
			"<td colspan=\"2\" class=\"state\"><b class=\"worse\">✗ NO KERNEL</b>");
	if (strchr(error, '\n')) {
		g_string_append(out, "<details><summary>why</summary>");
		element(out, "pre", error);
		g_string_append(out, "</details>");
	} else {
		element(out, "small", error);
	}
	g_string_append(out, "</td>");
}

static void add_files(GString *out, const json_t *files)
{
	size_t count = json_array_size(files);

	if (!count)
		return;
	g_string_append_printf(out,
			       "<details class=\"files\"><summary class=\"muted\">%zu file%s"
			       "</summary><ul class=\"ids\">",
			       count, count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		const char *file = json_string_value(json_array_get(files, i));

		g_string_append(out, "<li>");
		element(out, "code", file ? file : "?");
		g_string_append(out, "</li>");
	}
	g_string_append(out, "</ul></details>");
}

static void add_patch(GString *out, const json_t *patch, const char *dir)
{
	g_string_append_printf(out,
			       "<tr id=\"patch-%u\"><td class=\"num\">%u</td><th scope=\"row\">",
			       pb_series_number(patch), pb_series_number(patch));
	say(out, text_at(patch, "subject"));
	add_files(out, json_object_get(patch, "files"));
	g_string_append(out, "</th>");
	if (!pb_series_has_kernel(patch)) {
		add_error(out, text_at(patch, "error"));
	} else if (json_is_true(json_object_get(patch, "same_code"))) {
		g_string_append(out,
				"<td colspan=\"2\" class=\"state\"><b class=\"same\">= changes no "
				"code</b><small>no figure of it can differ</small></td>");
	} else {
		add_side(out, patch, "previous", "by itself", dir);
		add_side(out, patch, "base", "against the base", dir);
	}
	g_string_append(out, "</tr>\n");
}

void pb_series_add_patches(GString *out, const json_t *series, const char *dir)
{
	json_t *patch;
	size_t i;

	pb_html_heading(out, "patches", "Patches");
	g_string_append(out, "<table class=\"plain patches\"><thead><tr>"
			     "<th scope=\"col\" class=\"num\">#</th><th scope=\"col\">patch</th>"
			     "<th scope=\"col\">by itself</th>"
			     "<th scope=\"col\">against the base</th></tr></thead><tbody>\n");
	json_array_foreach (json_object_get(series, "patches"), i, patch)
		add_patch(out, patch, dir);
	g_string_append(out, "</tbody></table>\n");
}
