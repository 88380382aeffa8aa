/* Data as scripts, for a page that is opened from a file may read nothing else. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_SCRIPT_H
#define PINBENCH_REPORTS_RENDER_HISTORY_SCRIPT_H

#include <glib.h>

/* A string literal that no text can leave, neither in a script of its own nor inside a page. */
void pb_script_string(GString *out, const char *text);

/* With at most @digits (1 to 15) significant digits; null for what is not finite. */
void pb_script_number(GString *out, double value, int digits);

void pb_script_integer(GString *out, gint64 value);

/* A comma, unless something opens here. */
void pb_script_next(GString *out);

/* Texts that occur many times, by number. */
struct pb_script_texts {
	GHashTable *numbers;
	GPtrArray *list;
};
void pb_script_texts_init(struct pb_script_texts *texts);
void pb_script_texts_clear(struct pb_script_texts *texts);
guint pb_script_text(struct pb_script_texts *texts, const char *text);
/* The number of @text, after a comma if one is due. */
void pb_script_put_text(GString *out, struct pb_script_texts *texts, const char *text);
/* All of them, as an array of strings. */
void pb_script_append_texts(GString *out, const struct pb_script_texts *texts);

#endif
