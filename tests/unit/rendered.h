/* What was rendered, and what must be in it and what must not. */
#ifndef PINBENCH_TESTS_RENDERED_H
#define PINBENCH_TESTS_RENDERED_H

#include <jansson.h>

#include "tests/unit/scratch.h"

/* What would break out of every dialect there is. */
#define EVIL                                                                       \
	"\x01\x1b[31m</pre></td></script><script>alert(1)</script>\"'|`````*_[x](" \
	"javascript:x)\n\n</details>\xef\xbf\xbf]]>"

/* Single quotes stand for double ones, as in sample.h. */
static inline json_t *parse(const char *text)
{
	g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
	json_error_t why;
	json_t *root = json_loads(quoted, JSON_DECODE_ANY, &why);

	if (!root)
		fail_msg("%d: %s", why.position, why.text);
	return root;
}

/* A file that was rendered; the caller frees it. */
static inline char *written(void **state, const char *name)
{
	g_autofree char *path = scratch_path(state, name);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_true(g_utf8_validate(text, -1, NULL));
	assert_null(strstr(text, "(null)"));
	return text;
}

/* The same of XML: well-formed, or the test fails. */
static inline char *written_xml(void **state, const char *name)
{
	const GMarkupParser nothing = {0};
	g_autoptr(GMarkupParseContext) parser = g_markup_parse_context_new(&nothing, 0, NULL, NULL);
	g_autoptr(GError) error = NULL;
	char *text = written(state, name);

	if (!g_markup_parse_context_parse(parser, text, -1, &error) ||
	    !g_markup_parse_context_end_parse(parser, &error))
		fail_msg("%s in:\n%s", error->message, text);
	return text;
}

static inline void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static inline void lacks(const char *text, const char *unwanted)
{
	if (strstr(text, unwanted))
		fail_msg("\"%s\" is in:\n%s", unwanted, text);
}

static inline void in_order(const char *text, const char *const *words)
{
	for (const char *at = text; *words; words++) {
		at = strstr(at, *words);
		if (!at)
			fail_msg("\"%s\" is not in its place in:\n%s", *words, text);
	}
}

static inline guint occurrences(const char *text, const char *word)
{
	g_auto(GStrv) parts = g_strsplit(text, word, -1);

	return g_strv_length(parts) - 1;
}

#endif
