/* C that stays readable: short files, short functions, headers that say what they are for. */
#include <ctype.h>
#include <string.h>
#include "check.h"

#define MAX_FILE_LINES	   500
#define MAX_FUNCTION_LINES 80

static guint lines_between(const char *from, const char *to)
{
	guint ret = 0;

	for (; from < to; from++)
		ret += *from == '\n';
	return ret;
}

/* Blanks for preprocessor lines, whose braces need not match. */
static void blank_directives(char *text)
{
	bool start = true, directive = false;

	for (char *at = text; *at; at++) {
		if (start && *at == '#')
			directive = true;
		if (*at == '\n') {
			if (at == text || at[-1] != '\\')
				directive = false;
			start = true;
			continue;
		}
		if (!isspace((unsigned char)*at))
			start = false;
		if (directive && *at != '\\')
			*at = ' ';
	}
}

/*
 * Of the function whose body opens at @brace: the first letter of its name. NULL if the
 * brace is that of a struct, an array or the like.
 */
static const char *function_at(const char *text, const char *brace)
{
	const char *at = brace;
	guint depth = 0;

	while (at > text && isspace((unsigned char)at[-1]))
		at--;
	if (at == text || at[-1] != ')')
		return NULL;
	do {
		at--;
		depth += *at == ')';
		depth -= *at == '(';
	} while (depth && at > text);
	while (at > text && isspace((unsigned char)at[-1]))
		at--;
	while (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
		at--;
	return at;
}

static void check_function(struct tree *tree, const struct source *source, gsize from, gsize to)
{
	guint lines = lines_between(source->text + from, source->text + to) + 1;
	gsize name = strspn(source->text + from,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	if (lines > MAX_FUNCTION_LINES)
		complain(tree, source, from, "%.*s() has %u lines, more than %d; split it",
			 (int)name, source->text + from, lines, MAX_FUNCTION_LINES);
}

static void check_functions(struct tree *tree, const struct source *source)
{
	g_autofree char *text = g_strdup(source->bare);
	const char *function = NULL;
	guint depth = 0;

	blank_directives(text);
	for (const char *at = text; *at; at++) {
		if (*at == '{' && !depth++)
			function = function_at(text, at);
		if (*at != '}')
			continue;
		/* In the first column it ends a function even if #if and #else open one twice. */
		depth = at == text || at[-1] == '\n' || !depth ? 0 : depth - 1;
		if (!depth && function)
			check_function(tree, source, function - text, at - text);
		if (!depth)
			function = NULL;
	}
}

static void check_length(struct tree *tree, const struct source *source)
{
	guint lines = lines_between(source->text, source->text + source->bytes);

	if (lines > MAX_FILE_LINES)
		complain(tree, source, source->bytes - 1, "has %u lines, more than %d; split it",
			 lines, MAX_FILE_LINES);
}

/* @guards: macro to path of the headers that were seen. */
static void check_header(struct tree *tree, const struct source *source, GHashTable *guards)
{
	g_autoptr(GRegex) form =
		g_regex_new("\\A\\s*#ifndef (\\w+)\n#define \\1\n(?:.*\n)?#endif\\s*\\z",
			    G_REGEX_RAW | G_REGEX_DOTALL, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *guard = NULL;

	if (!g_str_has_prefix(source->text, "/*"))
		complain(tree, source, 0,
			 "a header begins with a comment that says what it is for");
	if (!g_regex_match(form, source->code, 0, &match)) {
		complain(tree, source, 0,
			 "has no include guard; after its comment comes #ifndef NAME, #define "
			 "NAME, and "
			 "at its end #endif");
		return;
	}
	guard = g_match_info_fetch(match, 1);
	if (g_hash_table_contains(guards, guard))
		complain(tree, source, 0, "has the include guard %s, and so has %s; rename one",
			 guard, (const char *)g_hash_table_lookup(guards, guard));
	else
		g_hash_table_insert(guards, g_steal_pointer(&guard), source->path);
}

void check_shape(struct tree *tree)
{
	g_autoptr(GHashTable) guards = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];

		if (!source->code)
			continue;
		check_length(tree, source);
		check_functions(tree, source);
		if (g_str_has_suffix(source->path, ".h"))
			check_header(tree, source, guards);
	}
}
