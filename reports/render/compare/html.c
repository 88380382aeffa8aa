/* A comparison as one HTML page: the verdict first, then what it rests on. */
#include <string.h>

#include "assets.h"
#include "reports/file.h"
#include "reports/render/compare/html.h"
#include "reports/render/compare/parts.h"
#include "reports/render/compare/text.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define say	pb_text_append_html
#define element pb_html_element

#define SHOWN_UNREACHED 12

static void add_counts(GString *out, const struct pb_comparison *c)
{
	g_string_append(out, "<ul class=\"counts\">");
	for (int v = 0; v <= PB_VERDICT_MISSING; v++)
		g_string_append_printf(out, "<li%s%s%s><b>%u</b> %s</li>",
				       c->counts[v] ? " class=\"" : " class=\"none\"",
				       c->counts[v] ? pb_compare_class(v) : "",
				       c->counts[v] ? "\"" : "", c->counts[v],
				       pb_compare_counted_word(v));
	g_string_append(out, "</ul>\n");
}

void pb_compare_open_header(GString *out, const char *brand, enum pb_verdict verdict,
			    const char *sentence)
{
	g_string_append(out, "<header>");
	element(out, "p class=\"brand\"", brand);
	g_string_append_printf(out,
			       "<h1 class=\"verdict\"><span class=\"sign %s\" role=\"img\" "
			       "aria-label=\"%s\">%s</span> <span>",
			       pb_compare_class(verdict), pb_verdict_name(verdict),
			       pb_compare_sign(verdict));
	say(out, sentence);
	g_string_append(out, "</span></h1>\n");
}

static void add_header(GString *out, const struct pb_comparison *c)
{
	g_autofree char *specs = pb_compare_specs(c);

	pb_compare_open_header(out, "pinbench compare", c->verdict, c->sentence);
	if (*specs)
		element(out, "p class=\"specs\"", specs);
	pb_compare_add_where_line(out, c);
	if (c->row_count)
		add_counts(out, c);
	g_string_append(out, "</header>\n");
}

void pb_compare_add_nav(GString *out, const struct pb_compare_section *sections, size_t count)
{
	g_string_append(out, "<nav aria-label=\"Sections\">");
	for (size_t i = 0; i < count; i++)
		if (sections[i].there)
			g_string_append_printf(out, "<a href=\"#%s\">%s</a>", sections[i].id,
					       sections[i].text);
	g_string_append(out, "</nav>\n");
}

static void add_nav(GString *out, const struct pb_comparison *c)
{
	const bool rows = c->row_count > 0, measured = pb_compare_at(c, "validity", NULL);
	const struct pb_compare_section sections[] = {
		{measured, "trust", "On what"},
		{rows, "figures", "Figures"},
		{c->counts[PB_VERDICT_MISSING], "missing", "Missing"},
		{json_array_size(pb_compare_at(c, "validity", "changed_functions")), "functions",
		 "Functions"},
		{measured, "kernels", "Kernels"},
		{!rows || pb_compare_at(c, "rules", NULL), "method", "Method"},
		{pb_compare_at(c, "run", "command"), "again", "Reproduce"},
		{true, "data", "Raw data"},
		{true, "mail", "For a mail"},
	};

	pb_compare_add_nav(out, sections, G_N_ELEMENTS(sections));
}

void pb_compare_add_control_warning(GString *out, const json_t *control)
{
	if (json_is_false(json_object_get(control, "ok")))
		element(out, "p class=\"warning worse\" role=\"note\"",
			"✗ The control failed: these figures are not to be trusted.");
}

/* A verdict on code that did not run would be the worst mistake of all. */
static void add_unreached(GString *out, const struct pb_comparison *c)
{
	g_autoptr(GPtrArray) unreached = pb_compare_unreached(c);
	const char *warning = pb_compare_unreached_warning(c);

	if (!warning)
		return;
	g_string_append(out, "<div class=\"warning open\" role=\"note\"><p><b>! ");
	say(out, warning);
	g_string_append(out, "</b></p><ul class=\"ids\">");
	for (guint i = 0; i < MIN(unreached->len, SHOWN_UNREACHED); i++) {
		const json_t *function = unreached->pdata[i];

		g_string_append(out, "<li>");
		element(out, "code", pb_compare_text_at(function, "function"));
		g_string_append(out, ", ");
		say(out, pb_compare_text_at(function, "object"));
		if (!strcmp(pb_compare_text_at(function, "reached"), "outside"))
			g_string_append(out, ": only while a case prepared or cleaned up");
		g_string_append(out, "</li>");
	}
	if (unreached->len > SHOWN_UNREACHED)
		g_string_append_printf(out, "<li>and <a href=\"#functions\">%u more</a></li>",
				       unreached->len - SHOWN_UNREACHED);
	g_string_append(out, "</ul></div>\n");
}

void pb_compare_add_trust(GString *out, const GPtrArray *items)
{
	static const char *const classes[] = {
		[PB_TRUST_OK] = "better",
		[PB_TRUST_WARNING] = "open",
		[PB_TRUST_FAILED] = "worse",
		[PB_TRUST_UNKNOWN] = "same",
	};
	if (!items->len)
		return;
	g_string_append(out, "<dl class=\"trust\" id=\"trust\">\n");
	for (guint i = 0; i < items->len; i++) {
		const struct pb_trust_item *item = items->pdata[i];

		g_string_append_printf(out, "<div><dt><b class=\"%s\">%s %s</b> ",
				       classes[item->state], pb_trust_sign(item->state),
				       pb_trust_word(item->state));
		say(out, item->name);
		g_string_append(out, "</dt>");
		element(out, "dd", item->text);
		g_string_append(out, "</div>\n");
	}
	g_string_append(out, "</dl>\n");
}

void pb_compare_add_mail(GString *out, const char *text)
{
	pb_html_heading(out, "mail", "For a mail or a commit message");
	g_string_append(out, "<pre class=\"mail\" tabindex=\"0\">");
	say(out, text);
	g_string_append(out, "</pre>\n");
}

int pb_render_comparison_html(const struct pb_comparison *c, const char *dir, GError **ret_error)
{
	g_autoptr(GHashTable) varying = pb_compare_varying(c);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *specs = pb_compare_specs(c);
	g_autofree char *text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	g_autoptr(GPtrArray) items = pb_compare_trust(c);
	g_autofree char *title = g_strdup_printf("%s%spinbench compare", specs, *specs ? ": " : "");
	g_autofree char *css = g_strconcat(pb_asset_compare_css,
					   pb_compare_has_flame(c) ? pb_asset_flame_css : "", NULL);
	const struct pb_compare_page page = {
		.comparison = c, .varying = varying, .dir = dir, .timed = pb_compare_is_timed(c)};

	pb_html_head(out, title, css);
	add_header(out, c);
	add_nav(out, c);
	g_string_append(out, "<main>\n");
	pb_compare_add_control_warning(out, pb_compare_at(c, "validity", "control"));
	add_unreached(out, c);
	pb_compare_add_trust(out, items);
	pb_compare_add_forest(out, &page);
	pb_compare_add_tables(out, &page);
	pb_compare_add_functions(out, &page);
	pb_compare_add_kernels(out, &page);
	pb_compare_add_method(out, &page);
	pb_compare_add_again(out, &page);
	pb_compare_add_files(out, &page);
	pb_compare_add_mail(out, text);
	g_string_append(out, "</main>\n</body>\n</html>\n");
	return pb_write_file(dir, PB_HTML_FILE, out->str, out->len, ret_error);
}
