#include "lab/kernel/source/apt.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "lab/kernel/source/store.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

/*
 * An apt of our own: the machine's, or one whose sources list and lists lie in the
 * cache, for a suite that the machine's does not have.
 */
struct apt {
	GPtrArray *options; /* of char *, the -o options that make it ours */
	char *file;	    /* the candidate: name of its .deb ... */
	char *sha256;	    /* ... and its hash, which apt checks against the signed index */
};

typedef struct apt apt_auto;

static void apt_clear(struct apt *apt)
{
	g_clear_pointer(&apt->options, g_ptr_array_unref);
	g_clear_pointer(&apt->file, g_free);
	g_clear_pointer(&apt->sha256, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(apt_auto, apt_clear)

static int apt_get(const struct apt *apt, const char *cwd, const char *const *arguments,
		   char **ret_output, GError **ret_error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct pb_command command = {.cwd = cwd, .timeout_seconds = 3600};

	g_ptr_array_add(argv, "apt-get");
	g_ptr_array_add(argv, "-q");
	for (guint i = 0; i < apt->options->len; i++) {
		g_ptr_array_add(argv, "-o");
		g_ptr_array_add(argv, apt->options->pdata[i]);
	}
	for (size_t i = 0; arguments[i]; i++)
		g_ptr_array_add(argv, (char *)arguments[i]);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	return pb_command_run(&command, ret_output, ret_error);
}

/* The .deb of @package that @apt would take. -ENOENT without an error if it knows none. */
static int candidate(struct apt *apt, const char *package)
{
	g_autofree char *output = NULL, *empty = NULL;
	g_auto(GStrv) lines = NULL;
	/* apt-get names no URI for a file that lies in its working directory already. */
	int r = pb_cache_dir(&empty, NULL, "apt", NULL);

	if (!r)
		r = apt_get(apt, empty, (const char *[]){"--print-uris", "download", package, NULL},
			    &output, NULL);
	if (r)
		return r == -EINTR ? r : -ENOENT;
	/* 'URI' FILE SIZE SHA256:HEX */
	lines = g_strsplit(output, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);

		if (g_strv_length(words) != 4 || !g_str_has_prefix(words[3], "SHA256:"))
			continue;
		apt->file = g_strdup(words[1]);
		apt->sha256 = g_strdup(words[3] + strlen("SHA256:"));
		return 0;
	}
	return -ENOENT;
}

/* The key that the sources entry @entry ("FILE:LINE") names for its archive, or NULL. */
static char *signing_key(const char *entry)
{
	g_autofree char *path = g_strndup(entry, strcspn(entry, ":"));
	g_autofree char *text = NULL;
	g_autoptr(GRegex) pattern = NULL;
	g_autoptr(GMatchInfo) match = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	pattern = g_regex_new("^[^#\n]*signed-by[:=]\\s*(/[^\\s\\]]+)",
			      G_REGEX_MULTILINE | G_REGEX_CASELESS, 0, NULL);
	if (!g_regex_match(pattern, text, 0, &match))
		return NULL;
	return g_match_info_fetch(match, 1);
}

/* The sources.list line of @suite on the mirror that the machine's own apt uses. */
static int sources_line(const char *suite, char **ret_line, GError **ret_error)
{
	struct apt machine = {.options = g_ptr_array_new()};
	g_autofree char *output = NULL;
	g_auto(GStrv) lines = NULL;
	int r = apt_get(
		&machine, NULL,
		(const char *[]){"indextargets", "--format",
				 "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)|$(SOURCESENTRY)",
				 "Created-By: Packages", NULL},
		&output, ret_error);

	apt_clear(&machine);
	if (r)
		return r;
	lines = g_strsplit(output, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) fields = g_strsplit(lines[i], "|", 5);
		g_autofree char *key = NULL, *option = NULL;

		if (g_strv_length(fields) != 5 || strcmp(fields[0], "Debian") ||
		    strcmp(fields[1], "Debian") || strcmp(fields[2], "main"))
			continue;
		key = signing_key(fields[4]);
		option = key ? g_strdup_printf("[signed-by=%s] ", key) : g_strdup("");
		*ret_line = g_strdup_printf("deb %s%s %s main\n", option, fields[3], suite);
		return 0;
	}
	return pb_fail(
		ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
		"this machine's apt has no lists of a Debian archive, so there is no mirror to "
		"take the suite %s from; run `apt-get update` and try again, or build a tree "
		"of your own: /path/to/linux",
		suite);
}

static void option(struct apt *apt, const char *name, const char *value)
{
	g_ptr_array_add(apt->options, g_strdup_printf("%s=%s", name, value));
}

/* Makes @apt one with lists of its own, of @suite or (NULL) of the machine's sources. */
static int set_up_private(struct apt *apt, const char *suite, GError **ret_error)
{
	g_autofree char *directory = NULL, *lists = NULL, *cache = NULL, *sources = NULL;
	g_autofree char *line = NULL, *lists_partial = NULL, *archives = NULL;
	int r = pb_cache_dir(&directory, ret_error, "apt", suite ? suite : "machine", NULL);

	if (r)
		return r;
	lists = g_build_filename(directory, "lists", NULL);
	cache = g_build_filename(directory, "cache", NULL);
	sources = g_build_filename(directory, "sources.list", NULL);
	lists_partial = g_build_filename(lists, "partial", NULL);
	archives = g_build_filename(cache, "archives", "partial", NULL);
	r = pb_make_directory(lists_partial, ret_error);
	if (!r)
		r = pb_make_directory(archives, ret_error);
	option(apt, "Dir::State::Lists", lists);
	option(apt, "Dir::Cache", cache);
	option(apt, "Acquire::Languages", "none");
	if (r || !suite)
		return r;
	option(apt, "Dir::Etc::SourceList", sources);
	option(apt, "Dir::Etc::SourceParts", "/dev/null");
	r = sources_line(suite, &line, ret_error);
	return r ? r : pb_write_atomic(sources, line, ret_error);
}

/* Finds the candidate in the machine's lists, else in fresh ones of our own. */
static int find(struct apt *apt, const struct pb_kernel_definition *definition,
		struct pb_progress *progress, GError **ret_error)
{
	g_autofree char *where = definition->suite
					 ? g_strdup_printf("the suite %s", definition->suite)
					 : g_strdup("this machine's apt sources");
	int r = definition->suite ? -ENOENT : candidate(apt, definition->package);

	if (r == -ENOENT) {
		pb_progress_stage(progress, "asking %s for %s", where, definition->package);
		r = set_up_private(apt, definition->suite, ret_error);
		if (!r)
			r = apt_get(apt, NULL, (const char *[]){"update", NULL}, NULL, ret_error);
		if (r) {
			g_prefix_error(ret_error, "kernel %s: ", definition->name);
			return r;
		}
		r = candidate(apt, definition->package);
		pb_progress_done(progress);
	}
	if (r == -EINTR)
		return pb_check_interrupted(ret_error);
	if (r)
		return pb_fail(
			ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			"the kernel %s needs the Debian package %s, which %s does not have "
			"(it is Debian's; newer releases replace it); choose another kernel, or "
			"give a tree of your own: /path/to/linux",
			definition->name, definition->package, where);
	return 0;
}

/* The one file below @unpacked that is the kernel's source. */
static int find_archive(const char *unpacked, char **ret_path, GError **ret_error)
{
	g_autofree char *directory = g_build_filename(unpacked, "usr", "src", NULL);
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		if (!g_str_has_prefix(name, "linux-source-") || !strstr(name, ".tar."))
			continue;
		*ret_path = g_build_filename(directory, name, NULL);
		return 0;
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
		       "the package has no linux-source-*.tar.* below usr/src");
}

static int unpack(const char *deb, const char *scratch, const char *directory, GError **ret_error)
{
	g_autofree char *unpacked = g_build_filename(scratch, "unpacked", NULL);
	g_autofree char *archive = NULL;
	const char *const dpkg[] = {"dpkg-deb", "-x", deb, unpacked, NULL};
	struct pb_command command = {.argv = dpkg};
	int r = pb_command_run(&command, NULL, ret_error);

	if (!r)
		r = find_archive(unpacked, &archive, ret_error);
	if (!r)
		r = pb_make_directory(directory, ret_error);
	if (!r) {
		const char *const tar[] = {
			"tar", "-x",	  "-f", archive, "--strip-components=1", "--no-same-owner",
			"-C",  directory, NULL};

		command.argv = tar;
		r = pb_command_run(&command, NULL, ret_error);
	}
	return r;
}

static int fill_from_apt(const char *directory, const struct pb_kernel_source *source,
			 void *context, struct pb_progress *progress, GError **ret_error)
{
	struct apt *apt = context;
	g_autofree char *scratch = NULL, *deb = NULL, *package = NULL, *sha256 = NULL;
	int r = pb_cache_dir(&scratch, ret_error, "downloads", source->id, NULL);

	if (r)
		return r;
	package = g_strndup(apt->file, strcspn(apt->file, "_"));
	deb = g_build_filename(scratch, apt->file, NULL);
	pb_progress_stage(progress, "downloading %s", source->origin);
	r = apt_get(apt, scratch, (const char *[]){"download", package, NULL}, NULL, ret_error);
	if (!r)
		r = pb_sha256_file(deb, &sha256, ret_error);
	if (!r && strcmp(sha256, apt->sha256))
		r = pb_fail(ret_error, EBADMSG, PB_EXIT_ENVIRONMENT,
			    "%s is not the file that apt's index names; run `apt-get update` and "
			    "try again",
			    deb);
	if (!r) {
		pb_progress_stage(progress, "unpacking %s", source->origin);
		r = unpack(deb, scratch, directory, ret_error);
	}
	if (!r)
		pb_progress_done(progress);
	pb_remove_tree(scratch, NULL);
	return r;
}

int pb_apt_obtain(const struct pb_kernel_definition *definition, struct pb_progress *progress,
		  struct pb_kernel_source **ret_source, GError **ret_error)
{
	g_autoptr(pb_kernel_source) source = g_new0(struct pb_kernel_source, 1);
	g_auto(apt_auto) apt = {.options = g_ptr_array_new_with_free_func(g_free)};
	g_auto(GStrv) parts = NULL;
	int r;

	/* The download lands in our directory, which apt's own user may not enter. */
	option(&apt, "APT::Sandbox::User", "root");
	r = find(&apt, definition, progress, ret_error);
	if (r)
		return r;
	/* PACKAGE_VERSION_ARCH.deb */
	parts = g_strsplit(apt.file, "_", -1);
	source->origin = g_strdup_printf("%s %s", parts[0], parts[1] ? parts[1] : "");
	source->id = g_strdup_printf("%s_%s-%.16s", parts[0], parts[1] ? parts[1] : "", apt.sha256);
	g_strcanon(source->id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-",
		   '-');
	r = pb_source_store(source, fill_from_apt, &apt, progress, ret_error);
	if (!r)
		*ret_source = g_steal_pointer(&source);
	return r;
}
