/*
 * A flame graph from a file as a part of a page. The file is read back from a directory that
 * anybody may have written, so it is not copied: it is written anew from what a flame graph is
 * made of, and anything else in it makes it none.
 */
#include <string.h>

#include "reports/render/compare/parts.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define REFERENCE "url(#"

struct inliner {
	GString *out;
	const char *prefix;
	guint depth;
	guint count;   /* of elements */
	bool in_style; /* the page has its own */
};

static const char *const elements[] = {
	"svg",	"title", "desc", "style", "defs",  "pattern", "g",
	"rect", "line",	 "path", "text",  "tspan", NULL,
};

static const char *const attributes[] = {
	"aria-label",	"class", "d",  "fill", "height",      "id",	   "patternTransform",
	"patternUnits", "role",	 "rx", "ry",   "text-anchor", "transform", "viewBox",
	"width",	"x",	 "x1", "x2",   "y",	      "y1",	   "y2",
	NULL,
};

/* Ids are the page's: each picture has its own. What refers to anything else is left out. */
static void add_attribute(struct inliner *inliner, const char *name, const char *value)
{
	g_autofree char *own = NULL;

	if (!g_strv_contains(attributes, name))
		return;
	if (!strcmp(name, "id"))
		own = g_strconcat(inliner->prefix, value, NULL);
	else if (g_str_has_prefix(value, REFERENCE))
		own = g_strconcat(REFERENCE, inliner->prefix, value + strlen(REFERENCE), NULL);
	else if (strchr(value, '(') && strcmp(name, "aria-label") &&
		 !g_str_has_suffix(name, "ransform"))
		return;
	pb_html_attribute(inliner->out, name, own ? own : value);
}

static void start(GMarkupParseContext *context, const char *element, const char **names,
		  const char **values, gpointer data, GError **ret_error)
{
	struct inliner *inliner = data;

	bool is_root = !strcmp(element, "svg");

	if (!g_strv_contains(elements, element) || is_root != !inliner->count++ ||
	    is_root != !inliner->depth) {
		g_set_error(ret_error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT,
			    "no flame graph has <%s> there", element);
		return;
	}
	inliner->depth++;
	inliner->in_style = !strcmp(element, "style");
	if (inliner->in_style)
		return;
	g_string_append_printf(inliner->out, "<%s", element);
	for (size_t i = 0; names[i]; i++)
		add_attribute(inliner, names[i], values[i]);
	g_string_append_c(inliner->out, '>');
}

static void end(GMarkupParseContext *context, const char *element, gpointer data,
		GError **ret_error)
{
	struct inliner *inliner = data;

	inliner->depth--;
	if (strcmp(element, "style"))
		g_string_append_printf(inliner->out, "</%s>", element);
	inliner->in_style = false;
}

static void text(GMarkupParseContext *context, const char *words, gsize length, gpointer data,
		 GError **ret_error)
{
	struct inliner *inliner = data;
	g_autofree char *copy = g_strndup(words, length);

	if (!inliner->in_style)
		pb_text_append_html(inliner->out, copy);
}

char *pb_compare_flame_inline(const char *svg, size_t length, const char *prefix)
{
	static const GMarkupParser parser = {
		.start_element = start, .end_element = end, .text = text};
	g_autoptr(GString) out = g_string_new(NULL);
	struct inliner inliner = {.out = out, .prefix = prefix};
	g_autoptr(GMarkupParseContext) context =
		g_markup_parse_context_new(&parser, 0, &inliner, NULL);

	if (!g_markup_parse_context_parse(context, svg, (gssize)length, NULL) ||
	    !g_markup_parse_context_end_parse(context, NULL))
		return NULL;
	return g_string_free(g_steal_pointer(&out), FALSE);
}
