#include "lab/kernel/patch/patch.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define MOST_BYTES (32 << 20)

static void patch_free(gpointer data)
{
	struct pb_patch *patch = data;

	g_free(patch->path);
	g_free(patch->subject);
	g_free(patch->diff);
	g_strfreev(patch->files);
	g_free(patch);
}

/* git in @directory; *ret_output may be NULL. An error of git's is the user's. */
static int git(const char *directory, const char *const *argv, const char *stdin_path,
	       char **ret_output, GError **ret_error)
{
	/* git must find no repository around the directory, nor read anybody's settings. */
	g_autofree char *parent = g_path_get_dirname(directory);
	g_autofree char *ceiling = g_strconcat("GIT_CEILING_DIRECTORIES=", parent, NULL);
	struct pb_command command = {
		.argv = argv,
		.cwd = directory,
		.env = (const char *[]){ceiling, "GIT_CONFIG_NOSYSTEM=1",
					"GIT_CONFIG_GLOBAL=/dev/null", NULL},
		.bare_env = true,
		.stdin_path = stdin_path,
		.output_limit_bytes = MOST_BYTES,
		.failure = PB_EXIT_USAGE,
	};

	return pb_command_run(&command, ret_output, ret_error);
}

/* The paths of `git apply --numstat -z`: "ADDED\tDELETED\tPATH" each. */
static char **numstat_paths(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GStrvBuilder) paths = g_strv_builder_new();

	for (char **line = lines; *line; line++) {
		const char *path = strrchr(*line, '\t');

		if (path)
			g_strv_builder_add(paths, path + 1);
	}
	return g_strv_builder_end(paths);
}

static int list_files(const char *work, const char *diff_path, struct pb_patch *patch,
		      GError **ret_error)
{
	const char *const argv[] = {"git", "apply", "--numstat", diff_path, NULL};
	g_autofree char *output = NULL;
	g_autoptr(GError) why = NULL;

	if (git(work, argv, NULL, &output, &why))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s holds no patch that git can read: %s", patch->path,
			       why->message);
	patch->files = numstat_paths(output);
	if (!patch->files[0])
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s changes no file", patch->path);
	return 0;
}

/* Takes what is in @diff_path as a patch. */
static int add_diff(const char *work, const char *diff_path, const char *path, const char *subject,
		    GPtrArray *patches, GError **ret_error)
{
	struct pb_patch *patch = g_new0(struct pb_patch, 1);
	g_autoptr(GError) why = NULL;

	g_ptr_array_add(patches, patch);
	patch->path = g_strdup(path);
	patch->subject = g_strdup(subject);
	patch->files = g_new0(char *, 1);
	if (!g_file_get_contents(diff_path, &patch->diff, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	g_clear_pointer(&patch->files, g_strfreev);
	return list_files(work, diff_path, patch, ret_error);
}

static char *subject_of(const char *mailinfo, const char *path)
{
	const char *line = strstr(mailinfo, "Subject: ");

	if (!line)
		return g_path_get_basename(path);
	line += strlen("Subject: ");
	return g_strndup(line, strcspn(line, "\n"));
}

static bool has_diff(const char *text)
{
	return g_str_has_prefix(text, "--- ") || g_str_has_prefix(text, "diff ") ||
	       strstr(text, "\n--- ") || strstr(text, "\ndiff --git ");
}

/* One mail: decoded by git, which knows the encodings that mails come in. */
static int add_mail(const char *work, const char *mail_path, const char *path, GPtrArray *patches,
		    GError **ret_error)
{
	g_autofree char *message = g_build_filename(work, "message", NULL);
	g_autofree char *diff_path = g_build_filename(work, "diff", NULL);
	const char *const argv[] = {"git", "mailinfo", message, diff_path, NULL};
	g_autofree char *output = NULL, *diff = NULL, *subject = NULL;
	int err = git(work, argv, mail_path, &output, ret_error);

	if (err)
		return err;
	if (!g_file_get_contents(diff_path, &diff, NULL, NULL) || !has_diff(diff))
		return 0;
	subject = subject_of(output, path);
	return add_diff(work, diff_path, path, subject, patches, ret_error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The entries of @directory that end in one of @suffixes (NULL: all), sorted, as paths. */
static GPtrArray *sorted_entries(const char *directory, const char *const *suffixes)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		bool wanted = !suffixes;

		for (size_t i = 0; suffixes && suffixes[i]; i++)
			wanted |= g_str_has_suffix(name, suffixes[i]);
		if (wanted)
			g_ptr_array_add(paths, g_build_filename(directory, name, NULL));
	}
	g_ptr_array_sort(paths, by_name);
	return paths;
}

static int add_mbox(const char *work, const char *path, GPtrArray *patches, GError **ret_error)
{
	g_autofree char *split = g_build_filename(work, "mails", NULL);
	g_autofree char *option = g_strconcat("-o", split, NULL);
	const char *const argv[] = {"git", "mailsplit", option, "--", path, NULL};
	g_autoptr(GPtrArray) mails = NULL;
	g_autofree char *output = NULL;
	int err = pb_remove_tree(split, ret_error);

	if (!err)
		err = pb_make_directory(split, ret_error);
	if (!err)
		err = git(work, argv, NULL, &output, ret_error);
	if (err)
		return err;
	mails = sorted_entries(split, NULL);
	for (guint i = 0; !err && i < mails->len; i++)
		err = add_mail(work, mails->pdata[i], path, patches, ret_error);
	return err;
}

static int add_file(const char *work, const char *path, GPtrArray *patches, GError **ret_error)
{
	g_autofree char *text = NULL, *name = g_path_get_basename(path);
	g_autoptr(GError) why = NULL;
	gsize bytes;

	if (!g_file_get_contents(path, &text, &bytes, &why))
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE, "the patch %s: %s", path,
			       why->message);
	if (bytes > MOST_BYTES)
		return pb_fail(ret_error, EFBIG, PB_EXIT_USAGE,
			       "the patch %s has %" G_GSIZE_FORMAT " bytes; %d are the most", path,
			       bytes, MOST_BYTES);
	if (g_str_has_prefix(text, "From "))
		return add_mbox(work, path, patches, ret_error);
	if (g_regex_match_simple("^([A-Za-z-]+:.*\n([ \t].*\n)*)*Subject: ", text, G_REGEX_RAW, 0))
		return add_mail(work, path, path, patches, ret_error);
	return add_diff(work, path, path, name, patches, ret_error);
}

static int add_path(const char *work, const char *path, GPtrArray *patches, GError **ret_error)
{
	static const char *const suffixes[] = {".patch", ".diff", ".mbox", ".eml", NULL};
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	guint before = patches->len;
	int err = 0;

	if (g_file_test(absolute, G_FILE_TEST_IS_DIR)) {
		g_autoptr(GPtrArray) files = sorted_entries(absolute, suffixes);

		for (guint i = 0; !err && i < files->len; i++)
			err = add_file(work, files->pdata[i], patches, ret_error);
	} else {
		err = add_file(work, absolute, patches, ret_error);
	}
	if (!err && patches->len == before)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "there is no patch in %s", path);
	return err;
}

int pb_patches_load(const char *const *paths, GPtrArray **ret_patches, GError **ret_error)
{
	g_autoptr(GPtrArray) patches = g_ptr_array_new_with_free_func(patch_free);
	g_autofree char *work = g_dir_make_tmp("pinbench-patch-XXXXXX", NULL);
	int err = 0;

	if (!work)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "no temporary directory can be made; is $TMPDIR full?");
	for (; !err && *paths; paths++)
		err = add_path(work, *paths, patches, ret_error);
	pb_remove_tree(work, NULL);
	if (!err)
		*ret_patches = g_steal_pointer(&patches);
	return err;
}

static int apply_one(const struct pb_patch *patch, const char *directory, const char *diff_path,
		     GError **ret_error)
{
	const char *const argv[] = {
		"git", "apply", "-v", "--whitespace=nowarn", "--no-unsafe-paths", diff_path, NULL};
	g_autoptr(GError) why = NULL;
	int err = pb_write_atomic(diff_path, patch->diff, ret_error);

	if (!err && git(directory, argv, NULL, NULL, &why))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "\"%s\" (%s) does not apply to this kernel without fuzz: %s",
			      patch->subject, patch->path, why->message);
	g_unlink(diff_path);
	return err;
}

int pb_patches_apply(const GPtrArray *patches, const char *directory, GError **ret_error)
{
	g_autofree char *diff_path = g_strconcat(directory, ".diff", NULL);
	int err = 0;

	for (guint i = 0; !err && i < patches->len; i++)
		err = apply_one(patches->pdata[i], directory, diff_path, ret_error);
	return err;
}

char **pb_patches_files(const GPtrArray *patches)
{
	GPtrArray *files = g_ptr_array_new();

	for (guint i = 0; i < patches->len; i++) {
		const struct pb_patch *patch = patches->pdata[i];

		for (char **file = patch->files; *file; file++)
			g_ptr_array_add(files, g_strdup(*file));
	}
	g_ptr_array_add(files, NULL);
	return (char **)g_ptr_array_free(files, FALSE);
}

static bool is_kconfig(const char *file)
{
	g_autofree char *name = g_path_get_basename(file);

	return g_str_has_prefix(name, "Kconfig");
}

static bool is_wide(const char *file)
{
	g_autofree char *name = g_path_get_basename(file);

	return g_str_has_suffix(name, ".h") || is_kconfig(file) || !strcmp(name, "Makefile") ||
	       g_str_has_prefix(file, "scripts/") || g_str_has_prefix(file, "tools/");
}

const char *pb_wide_file(const char *const *files)
{
	for (; *files; files++) {
		if (is_wide(*files))
			return *files;
	}
	return NULL;
}

bool pb_touch_kconfig(const char *const *files)
{
	for (; *files; files++) {
		if (is_kconfig(*files))
			return true;
	}
	return false;
}
