/* Making gnuplot's SVG fit for being part of a page. */
#include <string.h>

#include "reports/render/svg.h"
#include "reports/render/text.h"

/*
 * In this order. @P@ stands for the prefix. A colour attribute would set currentColor
 * for everything inside, so the ones with plain names go; a series keeps its own.
 * Series colours become styles because var() is only sure to work in those.
 */
static const struct {
	const char *pattern;
	const char *replacement;
} rewrites[] = {
	{" color=\"(black|white|gray)\"", ""},
	{"color='rgb\\( *0, *0, *([1-8])\\)'", "style='color:var(--s\\1)'"},
	{"(stroke|fill) ?= ?['\"]rgb\\( *0, *0, *([1-8])\\)['\"]", "style='\\1:var(--s\\2)'"},
	{"(stroke|fill):rgb\\(0,0,([1-8])\\)", "\\1:var(--s\\2)"},
	{"(stroke|fill)=(['\"])(black|gray)\\2", "\\1=\\2currentColor\\2"},
	{"<title>[^<]*</title>\\s*<desc>[^<]*</desc>", ""},
	{"<filter .*?</filter>", ""},
	{"<g [^>]*>\\s*</g>", ""},
	{"id=(['\"])(?!@P@)", "id=\\1@P@"},
	{"(['(])#", "\\1#@P@"},
	{"\\s*\n\\s*", "\n"},
};

static char *rewrite(char *text, const char *pattern, const char *replacement)
{
	/* Raw: otherwise every single match checks the whole text for valid UTF-8. */
	g_autoptr(GRegex) regex =
		g_regex_new(pattern, G_REGEX_DOTALL | G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
	g_autofree char *old = text;

	return g_regex_replace(regex, old, -1, 0, replacement, 0, NULL);
}

static char *with_prefix(const char *text, const char *prefix)
{
	g_auto(GStrv) parts = g_strsplit(text, "@P@", -1);

	return g_strjoinv(prefix, parts);
}

char *pb_svg_adapt(const char *svg, const char *prefix, const char *label)
{
	const char *start = strstr(svg, "<svg");
	const char *end = start ? strstr(start, "</svg>") : NULL;
	g_autoptr(GString) out = NULL;
	char *body;

	if (!end)
		return NULL;
	body = g_strndup(start + strlen("<svg"),
			 (gsize)(end - start) + strlen("</svg>") - strlen("<svg"));
	for (size_t i = 0; i < G_N_ELEMENTS(rewrites) && body; i++) {
		g_autofree char *pattern = with_prefix(rewrites[i].pattern, prefix);
		g_autofree char *replacement = with_prefix(rewrites[i].replacement, prefix);

		body = rewrite(body, pattern, replacement);
	}
	if (!body)
		return NULL;
	out = g_string_new("<svg class=\"plot\" width=\"100%\" role=\"img\" aria-label=\"");
	pb_text_append_html(out, label);
	g_string_append(out, "\"");
	g_string_append(out, body);
	g_free(body);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *pb_svg_standalone(const char *svg, const char *css)
{
	gsize head = strcspn(svg, ">");

	return g_strdup_printf("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n%.*s>"
			       "<style>\n%ssvg.plot { background: var(--bg); }\n</style>%s\n",
			       (int)head, svg, css, svg[head] ? svg + head + 1 : "");
}
