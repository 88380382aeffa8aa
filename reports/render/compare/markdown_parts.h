/*
 * What a comment in GitHub's dialect is made of. Nothing in a text can end what it stands in.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_MARKDOWN_PARTS_H
#define PINBENCH_REPORTS_RENDER_COMPARE_MARKDOWN_PARTS_H

#include <stdbool.h>

#include <glib.h>

/* As @append does, but of a long text only the beginning. */
void pb_markdown_clipped(GString *out, void (*append)(GString *, const char *), const char *text);

/* Appends @one unless the comment would be longer than @limit; false if it would. */
bool pb_markdown_fits(GString *out, const GString *one, gsize limit);

/* @format: of the summary; it has one %u, for @count. */
void pb_markdown_open_details(GString *out, const char *format, guint count);
void pb_markdown_close_details(GString *out);

/* struct pb_trust_item, one in a line. */
void pb_markdown_add_trust(GString *out, const GPtrArray *items);

/* The end of the comment: @text, folded and as much of it as there is room for. Changes @text. */
void pb_markdown_add_text(GString *out, char *text);

#endif
