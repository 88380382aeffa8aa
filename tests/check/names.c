/*
 * The lab, the reports and the agent's core know no benchmark by name: they ask the agent.
 * An example in a comment, in a command's help or in docs/ may name one, if there is one.
 */
#include <string.h>
#include "check.h"

#define LIST "bench/meson.build"

enum rule {
	FREE,	 /* may name any */
	EXAMPLE, /* may name one that exists */
	NEVER
};

struct names {
	GPtrArray *families;   /* folders of bench/ but core */
	GPtrArray *benchmarks; /* FAMILY/NAME, as listed */
	GPtrArray *shared;     /* FAMILY/FILE.c, as listed: of the whole family */
	GRegex *naming;	       /* FAMILY/NAME or FAMILY/GLOB; NULL without families */
};

static bool contains(const GPtrArray *strings, const char *text)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)strings, text, g_str_equal, NULL);
}

/* bench/FAMILY/FILE: FAMILY/FILE, and its family. NULL for anything else. */
static const char *in_family(const char *path, char **ret_family)
{
	const char *below, *slash;

	if (!g_str_has_prefix(path, "bench/") || g_str_has_prefix(path, "bench/core/"))
		return NULL;
	below = path + strlen("bench/");
	slash = strchr(below, '/');
	if (!slash)
		return NULL;
	*ret_family = g_strndup(below, slash - below);
	return below;
}

static void find_families(const struct tree *tree, struct names *names)
{
	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];
		g_autofree char *family = NULL;

		if (in_family(source->path, &family) && !contains(names->families, family))
			g_ptr_array_add(names->families, g_steal_pointer(&family));
	}
}

/* Every 'quoted' word between @start and the bracket @end, where it stands and to @list. */
static void read_list(struct tree *tree, const struct source *build, const char *start,
		      const char *end, GPtrArray *list, const char *suffix)
{
	const char *at = strstr(build->text, start);
	const char *stop = at ? strstr(at, end) : NULL;

	if (!stop) {
		complain(tree, build, 0, "has no \"%s ... %s\"; say it this way", start, end);
		return;
	}
	while ((at = strchr(at, '\'')) && at < stop) {
		const char *close = strchr(at + 1, '\'');
		g_autofree char *word = g_strndup(at + 1, close ? close - at - 1 : 0);
		g_autofree char *path = g_strconcat("bench/", word, suffix, NULL);

		if (!close)
			break;
		if (contains(list, word))
			complain(tree, build, at - build->text, "lists %s twice; remove one", word);
		else if (!tree_find(tree, path))
			complain(tree, build, at - build->text,
				 "lists %s, but there is no %s; write it or remove the line", word,
				 path);
		g_ptr_array_add(list, g_steal_pointer(&word));
		at = close + 1;
	}
}

static void check_files(struct tree *tree, const struct names *names)
{
	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];
		g_autofree char *family = NULL;
		const char *file = in_family(source->path, &family);
		g_autofree char *name = NULL;
		bool listed, shared;

		if (!file || !g_str_has_suffix(file, ".c"))
			continue;
		name = g_strndup(file, strlen(file) - 2);
		listed = contains(names->benchmarks, name);
		shared = contains(names->shared, file);
		if (listed == shared)
			complain(tree, source, 0,
				 "is %s the benchmarks and the family_sources of " LIST
				 "; list it in one",
				 listed ? "in both" : "in neither of");
	}
}

static enum rule rule_of(const struct source *source, gsize offset)
{
	const char *path = source->path;

	if (g_str_has_prefix(path, "tests/") || g_str_has_prefix(path, "kernel-side/") ||
	    g_str_has_prefix(path, "README") || !strcmp(path, LIST) ||
	    !strcmp(path, "include/pinbench/uapi.h"))
		return FREE;
	if (g_str_has_prefix(path, "docs/") || g_str_has_prefix(path, "configs/profiles/") ||
	    g_str_has_prefix(path, "lab/command/"))
		return EXAMPLE;
	return source->code && source->code[offset] != source->text[offset] ? EXAMPLE : NEVER;
}

static bool exists(const struct names *names, const char *glob)
{
	for (guint i = 0; i < names->benchmarks->len; i++) {
		if (g_pattern_match_simple(glob, names->benchmarks->pdata[i]))
			return true;
	}
	return false;
}

/* FAMILY/NAME anywhere, in a comment, a string or a file of data. */
static void check_naming(struct tree *tree, const struct names *names, const struct source *source)
{
	g_autofree char *own = NULL;
	g_autoptr(GMatchInfo) match = NULL;

	in_family(source->path, &own);
	for (g_regex_match(names->naming, source->text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);
		g_autofree char *family = g_match_info_fetch(match, 2);
		enum rule rule;
		int offset;

		g_match_info_fetch_pos(match, 1, &offset, NULL);
		rule = g_strcmp0(own, family) ? rule_of(source, offset) : FREE;
		if (rule == NEVER)
			complain(tree, source, offset,
				 "names the benchmark %s; ask the agent, or give the benchmark a "
				 "property "
				 "that this code can look at",
				 name);
		else if (rule == EXAMPLE && !exists(names, name))
			complain(tree, source, offset,
				 "names %s, but " LIST
				 " lists no such benchmark; name one that exists",
				 name);
	}
}

/* A family by itself, as a whole literal or in the symbol of a benchmark: code only. */
static void check_family(struct tree *tree, const char *family, const struct source *source)
{
	g_autofree char *pattern = g_strdup_printf("\\bbench_%s(_\\w+)?\\b|\"%s\"", family, family);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
	g_autofree char *upper = g_ascii_strup(family, -1);
	g_autofree char *own = NULL;
	g_autoptr(GMatchInfo) match = NULL;

	in_family(source->path, &own);
	if (!g_strcmp0(own, family))
		return;
	for (g_regex_match(regex, source->code, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *what = g_match_info_fetch(match, 0);
		g_autofree char *line = NULL;
		int offset, start;

		g_match_info_fetch_pos(match, 0, &offset, NULL);
		for (start = offset; start && source->text[start - 1] != '\n'; start--)
			;
		line = g_strndup(source->text + start, strcspn(source->text + start, "\n"));
		/*
		 * [JSON_NULL] = "null" spells a constant, and means no family; nor does the name of
		 * a machine.
		 */
		if (rule_of(source, offset) == FREE || (*what == '"' && strstr(line, upper)) ||
		    strstr(line, ".machine = "))
			continue;
		complain(
			tree, source, offset,
			"knows the family %s by name (%s); ask the agent, or give its benchmarks a "
			"property that this code can look at",
			family, what);
	}
}

static GRegex *naming_regex(const struct names *names)
{
	g_autofree char *families = NULL, *pattern = NULL;

	g_ptr_array_add(names->families, NULL);
	families = g_strjoinv("|", (char **)names->families->pdata);
	g_ptr_array_set_size(names->families, names->families->len - 1);
	pattern = g_strdup_printf("(?<![\\w/.*-])((%s)/[\\w*?]+)", families);
	return g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
}

void check_names(struct tree *tree)
{
	struct names names = {
		.families = g_ptr_array_new_with_free_func(g_free),
		.benchmarks = g_ptr_array_new_with_free_func(g_free),
		.shared = g_ptr_array_new_with_free_func(g_free),
	};
	const struct source *build = tree_find(tree, LIST);

	find_families(tree, &names);
	if (build && names.families->len) {
		read_list(tree, build, "\nbenchmarks = [", "]", names.benchmarks, ".c");
		read_list(tree, build, "\nfamily_sources = files(", ")", names.shared, "");
		check_files(tree, &names);
		names.naming = naming_regex(&names);
		for (guint i = 0; i < tree->sources->len; i++) {
			const struct source *source = tree->sources->pdata[i];

			check_naming(tree, &names, source);
			for (guint k = 0; source->code && k < names.families->len; k++)
				check_family(tree, names.families->pdata[k], source);
		}
		g_regex_unref(names.naming);
	}
	g_ptr_array_unref(names.families);
	g_ptr_array_unref(names.benchmarks);
	g_ptr_array_unref(names.shared);
}
