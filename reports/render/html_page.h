/* What every HTML page is made of. */
#ifndef PINBENCH_REPORTS_RENDER_HTML_PAGE_H
#define PINBENCH_REPORTS_RENDER_HTML_PAGE_H

#include <glib.h>

/* The page up to and with <body>; report.css is in it, then @css unless that is NULL. */
void pb_html_head(GString *out, const char *title, const char *css);

/* <tag>escaped text</tag>; @tag may carry attributes, which close with its first word. */
void pb_html_element(GString *out, const char *tag, const char *text);

/* The heading of a section, which links may name by @id. */
void pb_html_heading(GString *out, const char *id, const char *text);

/* name="escaped value", with a blank before it. */
void pb_html_attribute(GString *out, const char *name, const char *value);

#endif
