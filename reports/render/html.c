/* A result as one HTML page: the answer first, then what it rests on. */
#include <string.h>

#include "assets.h"
#include "reports/file.h"
#include "reports/render/hardware/hardware.h"
#include "reports/render/html.h"
#include "reports/render/html_cases.h"
#include "reports/render/html_page.h"
#include "reports/render/plot/plot.h"
#include "reports/render/profile/section_html.h"
#include "reports/render/svg.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"
#include "reports/render/view.h"

#define say	pb_text_append_html
#define element pb_html_element
#define heading pb_html_heading

/* Lines of the short table that are shown at once; the rest opens. */
#define FIRST_KEYS 14

static void add_nav(GString *out, const struct pb_view *view, bool plots)
{
	const struct {
		bool there;
		const char *id;
		const char *text;
	} parts[] = {
		{true, "trust", "On what"},
		{pb_hardware_is_there(view), "machine", "The machine"},
		{pb_noise_is_there(view), "noise", "What moves figures"},
		{view->topologies->len, "topology", "Who is where"},
		{plots, "plots", "Plots"},
		{view->groups->len, "figures", "All figures"},
		{view->counters->len, "counters", "Counters"},
		{view->profiles->len, "profiles", "Profiles"},
		{view->uncounted->len, "uncounted", "Without counters"},
		{view->skips->len, "skipped", "Skipped"},
		{view->failures->len, "failed", "Failed"},
		{true, "again", "Reproduce"},
		{true, "method", "Method"},
	};

	g_string_append(out, "<nav aria-label=\"Sections\">");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (parts[i].there)
			g_string_append_printf(out, "<a href=\"#%s\">%s</a>", parts[i].id,
					       parts[i].text);
	g_string_append(out, "</nav>\n");
}

static void add_header(GString *out, const struct pb_view *view)
{
	g_string_append(out, "<header>");
	element(out, "p class=\"brand\"", "pinbench");
	element(out, "h1", view->headline);
	element(out, view->failures->len ? "p class=\"bad\"" : "p class=\"muted\"", view->counts);
	element(out, "p class=\"muted\"", view->evidence);
	g_string_append(out, "</header>\n");
}

static void add_key(GString *out, const struct pb_view_key *key)
{
	g_string_append(out, "<tr><th scope=\"row\">");
	say(out, key->benchmark);
	g_string_append(out, " <span class=\"muted\">");
	say(out, key->metric);
	g_string_append(out, "</span>");
	element(out, "small", key->params);
	g_string_append(out, "</th><td class=\"num\"><b>");
	say(out, key->median);
	g_string_append(out, "</b>");
	element(out, "small", key->unit);
	g_string_append(out, "</td><td class=\"num range\">");
	say(out, key->range[0] ? key->range : "–");
	g_string_append(out, "<small>");
	say(out, key->cases);
	g_string_append(out, " measured</small></td></tr>\n");
}

static void add_key_table(GString *out, const struct pb_view *view, guint first, guint last)
{
	g_string_append(out, "<table class=\"keys\"><thead><tr><th scope=\"col\">benchmark</th>"
			     "<th scope=\"col\" class=\"num\">median</th>"
			     "<th scope=\"col\" class=\"num range\">range over its cases</th>"
			     "</tr></thead><tbody>\n");
	for (guint i = first; i < last; i++)
		add_key(out, view->keys->pdata[i]);
	g_string_append(out, "</tbody></table>\n");
}

static void add_keys(GString *out, const struct pb_view *view)
{
	guint first = MIN(view->keys->len, FIRST_KEYS);

	if (!view->keys->len)
		return;
	add_key_table(out, view, 0, first);
	if (first == view->keys->len)
		return;
	g_string_append_printf(out, "<details><summary>%u more</summary>\n",
			       view->keys->len - first);
	add_key_table(out, view, first, view->keys->len);
	g_string_append(out, "</details>\n");
}

static void add_trust(GString *out, const struct pb_view *view)
{
	g_string_append(out, "<dl class=\"trust\" id=\"trust\">\n");
	for (guint i = 0; i < view->trust->len; i++) {
		const struct pb_view_pair *pair = view->trust->pdata[i];

		g_string_append(out, "<div>");
		element(out, "dt", pair->name);
		element(out, "dd", pair->value);
		g_string_append(out, "</div>\n");
	}
	g_string_append(out, "</dl>\n");
}

static void add_plots(GString *out, const GPtrArray *plots)
{
	if (!plots->len)
		return;
	heading(out, "plots", "Plots");
	g_string_append(out, "<div class=\"plots\">\n");
	for (guint i = 0; i < plots->len; i++) {
		const struct pb_plot *plot = plots->pdata[i];

		g_string_append(out, "<figure>");
		element(out, "h3", plot->title);
		g_string_append(out, plot->svg);
		element(out, "figcaption", plot->caption);
		g_string_append(out, "</figure>\n");
	}
	g_string_append(out, "</div>\n");
}

static void add_groups(GString *out, const struct pb_view *view)
{
	if (!view->groups->len)
		return;
	heading(out, "figures", "All figures");
	element(out, "p class=\"muted\"",
		"Medians, with the smallest and the largest sample below where they differ. "
		"Primary "
		"metrics come first; the greyer ones are exploratory. Each case opens.");
	for (guint i = 0; i < view->groups->len; i++)
		pb_html_group(out, view->groups->pdata[i]);
}

static void add_reasons(GString *out, const char *id, const char *title, const GPtrArray *reasons)
{
	if (!reasons->len)
		return;
	heading(out, id, title);
	g_string_append(out, "<ul class=\"reasons\">\n");
	for (guint i = 0; i < reasons->len; i++) {
		const struct pb_view_skip *skip = reasons->pdata[i];

		g_string_append(out, "<li>");
		say(out, skip->reason);
		g_string_append_printf(out,
				       "<details%s><summary class=\"muted\">%u case%s</summary>",
				       skip->ids->len <= 3 ? " open" : "", skip->ids->len,
				       skip->ids->len == 1 ? "" : "s");
		g_string_append(out, "<ul class=\"ids\">");
		for (guint n = 0; n < skip->ids->len; n++) {
			g_string_append(out, "<li>");
			element(out, "code", skip->ids->pdata[n]);
			g_string_append(out, "</li>");
		}
		g_string_append(out, "</ul></details></li>\n");
	}
	g_string_append(out, "</ul>\n");
}

static void add_failure(GString *out, const struct pb_view_failure *failure)
{
	g_string_append(out, "<section><h3 class=\"bad\">");
	say(out, failure->title);
	g_string_append(out, "</h3>");
	element(out, "p", failure->detail);
	if (failure->tail_count) {
		g_string_append(out, "<pre>");
		for (size_t n = 0; n < failure->tail_count; n++) {
			say(out, failure->tail[n]);
			g_string_append_c(out, '\n');
		}
		g_string_append(out, "</pre>");
	}
	if (failure->console) {
		g_string_append(out, "<p class=\"muted\">The whole console is in ");
		element(out, "code", failure->console);
		g_string_append(out, " beside this file.</p>");
	}
	if (failure->command)
		element(out, "pre", failure->command);
	g_string_append(out, "</section>\n");
}

static void add_failures(GString *out, const struct pb_view *view)
{
	if (!view->failures->len)
		return;
	heading(out, "failed", "Failed");
	for (guint i = 0; i < view->failures->len; i++)
		add_failure(out, view->failures->pdata[i]);
}

static void add_closing(GString *out, const struct pb_view *view)
{
	heading(out, "again", "Reproduce");
	element(out, "p", "The whole run:");
	element(out, "pre", view->rerun);
	element(out, "p class=\"muted\"",
		"One case alone: open it in its table above; its own command stands there.");
	heading(out, "method", "Method");
	for (guint i = 0; i < view->method->len; i++)
		element(out, "p", view->method->pdata[i]);
	g_string_append(out, "</main>\n</body>\n</html>\n");
}

/* "plot-2-gup-pin-by-page.svg" */
static char *plot_file_name(guint number, const char *title)
{
	g_autofree char *slug = g_ascii_strdown(title, -1);
	g_autoptr(GString) name = g_string_new(NULL);

	g_strcanon(slug, "abcdefghijklmnopqrstuvwxyz0123456789", '-');
	g_string_printf(name, "plot-%u-%s.svg", number, slug);
	g_string_replace(name, "--", "-", 0);
	return g_string_free(g_steal_pointer(&name), FALSE);
}

/* The same plots as files, for a mail or a page of one's own. */
static int write_plots(const GPtrArray *plots, const char *dir, GError **ret_error)
{
	int ret = 0;

	for (guint i = 0; !ret && i < plots->len; i++) {
		const struct pb_plot *plot = plots->pdata[i];
		g_autofree char *name = plot_file_name(i + 1, plot->title);
		g_autofree char *text = pb_svg_standalone(plot->svg, pb_asset_report_css);

		ret = pb_write_file(dir, name, text, strlen(text), ret_error);
	}
	return ret;
}

int pb_render_html(const struct pb_result *result, const char *dir, GError **ret_error)
{
	g_autoptr(pb_view) view = pb_view_new(result);
	g_autoptr(GPtrArray) plots = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *profile_css = pb_html_profile_css(view);
	g_autofree char *css = g_strconcat(
		view->topologies->len ? pb_asset_topology_css : "",
		result->environment.hardware ? pb_asset_hardware_css : "", profile_css, NULL);
	int ret = pb_plot_draw(result, &plots, ret_error);

	if (!ret)
		ret = write_plots(plots, dir, ret_error);
	if (ret < 0)
		return ret;
	pb_html_head(out, view->title, css);
	add_header(out, view);
	add_nav(out, view, plots->len);
	g_string_append(out, "<main>\n");
	add_keys(out, view);
	add_trust(out, view);
	pb_hardware_html(out, view);
	pb_noise_html(out, view);
	pb_topology_html(out, view);
	add_plots(out, plots);
	add_groups(out, view);
	pb_html_counters(out, view);
	pb_html_profiles(out, view);
	add_reasons(out, "uncounted", "Without counters or profile, and why", view->uncounted);
	add_reasons(out, "skipped", "Skipped, and why", view->skips);
	add_failures(out, view);
	add_closing(out, view);
	return pb_write_file(dir, PB_HTML_FILE, out->str, out->len, ret_error);
}
