/* What every file of the project is: small tidy text that knows nothing of one machine. */
#include <string.h>
#include "check.h"

#define MAX_BYTES (200u << 10)

/* In two pieces, or this file would be found. */
#define HOME  \
	"/ho" \
	"me/"
#define HOST(name, domain) name "\\." domain

static const struct {
	const char *pattern;
	const char *advice;
} forbidden[] = {
	{HOME "\\w|/ro"
	      "ot(?![\\w.-])|/Us"
	      "ers/\\w|/wo"
	      "rk/|/var/ho"
	      "me/",
	 "a path of one machine; take it from an argument, the environment or the build"},
	{HOST("deb"
	      "ian",
	      "(org|net)\\b") "|" HOST("ubu"
				       "ntu",
				       "com\\b"),
	 "a host of packages; ask the machine's package manager, which knows its mirror"},
	{HOST("npm"
	      "js",
	      "(org|com)\\b") "|" HOST("yarn"
				       "pkg",
				       "com\\b") "|" HOST("py"
							  "pi",
							  "org\\b") "|" HOST("python"
									     "hosted",
									     "org\\b") "|" HOST("cr"
												"a"
												"te"
												"s",
												"io"
												"\\"
												"b") "|" HOST("ruby"
													      "gems",
													      "org\\b") "|" HOST("proxy\\.gol"
																 "ang",
																 "org\\b") "|" HOST("repo\\d?\\.ma"
																		    "ven",
																		    "(apache\\.)?org\\b"),
	 "a host of packages; nothing here is installed from there"},
};

static void check_content(struct tree *tree, const struct source *source)
{
	for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++) {
		g_autoptr(GRegex) regex = g_regex_new(forbidden[i].pattern, G_REGEX_RAW, 0, NULL);
		g_autoptr(GMatchInfo) match = NULL;

		for (g_regex_match(regex, source->text, 0, &match); g_match_info_matches(match);
		     g_match_info_next(match, NULL)) {
			g_autofree char *what = g_match_info_fetch(match, 0);
			int offset;

			g_match_info_fetch_pos(match, 0, &offset, NULL);
			complain(tree, source, offset, "has %s: %s", what, forbidden[i].advice);
		}
	}
}

static void check_lines(struct tree *tree, const struct source *source)
{
	/* An empty line of context is a blank there. */
	bool is_patch = g_str_has_suffix(source->path, ".patch");

	for (gsize i = 0; !is_patch && i < source->bytes; i++) {
		if (source->text[i] == '\n' && i && strchr(" \t\r", source->text[i - 1]))
			complain(tree, source, i - 1, "blanks at the end of the line; remove them");
	}
	if (source->bytes && source->text[source->bytes - 1] != '\n')
		complain(tree, source, source->bytes, "the last line has no end; add a newline");
}

void check_text(struct tree *tree)
{
	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];

		if (source->bytes > MAX_BYTES)
			complain(tree, source, 0,
				 "has %" G_GSIZE_FORMAT
				 " bytes, more than %u; sources are small, make it "
				 "when it is needed",
				 source->bytes, MAX_BYTES);
		if (!g_utf8_validate(source->text, source->bytes, NULL)) {
			complain(tree, source, 0,
				 "is no UTF-8 text; binary files are made, not kept");
			continue;
		}
		check_content(tree, source);
		check_lines(tree, source);
	}
}
