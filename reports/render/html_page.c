/* See html_page.h. */
#include <string.h>

#include "assets.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

void pb_html_element(GString *out, const char *tag, const char *text)
{
	g_string_append_printf(out, "<%s>", tag);
	pb_text_append_html(out, text);
	g_string_append_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void pb_html_heading(GString *out, const char *id, const char *text)
{
	g_string_append_printf(out, "<h2 id=\"%s\">", id);
	pb_text_append_html(out, text);
	g_string_append(out, "</h2>\n");
}

void pb_html_attribute(GString *out, const char *name, const char *value)
{
	g_string_append_printf(out, " %s=\"", name);
	pb_text_append_html(out, value);
	g_string_append_c(out, '"');
}

void pb_html_head(GString *out, const char *title, const char *css)
{
	g_string_append(out,
			"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n");
	pb_html_element(out, "title", title);
	g_string_append(out, "\n<style>\n");
	g_string_append(out, pb_asset_report_css);
	g_string_append(out, css ? css : "");
	g_string_append(out, "</style>\n</head>\n<body>\n");
}
