/*
 * Words and numbers as every renderer shows them. Independent of the locale. The
 * caller frees what is returned as char *.
 */
#ifndef PINBENCH_REPORTS_RENDER_TEXT_H
#define PINBENCH_REPORTS_RENDER_TEXT_H

#include <jansson.h>

#include "reports/result.h"

/*
 * At most five significant digits, but a whole number keeps them all; thousands
 * are separated by commas: 64.1, 2,664, 0.0123, 1,234,567.
 */
char *pb_text_number(double value);

/* A fact: a number as above, a string as it is, yes or no, or "none". */
char *pb_text_fact(const json_t *value);

/* The first twelve digits of a hash; shorter text as it is. */
char *pb_text_short_hash(const char *hash);

/* The same if @text is a SHA-256; anything else whole. */
char *pb_text_short_value(const char *text);

/* "21.5 s", "3 min 05 s". */
char *pb_text_duration(double seconds);

/* "backing=anon page=4k": all parameters of a case. */
char *pb_text_params(const struct pb_case *item);

/* The part of a benchmark's name before the slash. */
char *pb_text_family(const char *benchmark);

/* Appends @text with the five characters escaped that HTML treats as its own. */
void pb_text_append_html(GString *out, const char *text);

/* Appends @text so that Markdown shows it literally, in a table cell too. */
void pb_text_append_markdown(GString *out, const char *text);

/* The same as code: an HTML element, which a text with backticks in it cannot leave. */
void pb_text_append_markdown_code(GString *out, const char *text);

/*
 * Appends @text for a terminal: control characters, which could move the cursor
 * or recolour the screen, become '?'.
 */
void pb_text_append_plain(GString *out, const char *text);

/* The same of a text of many lines, whose ends stay. Free with g_free. */
char *pb_text_plain_lines(const char *text);

/*
 * Appends @text as lines of at most @columns characters, @indent spaces before each, and
 * plain as above. Words longer than a line are left whole, for copying.
 */
void pb_text_append_wrapped(GString *out, const char *text, size_t columns, size_t indent);

#endif
