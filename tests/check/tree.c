/* The files that are checked. */
#include <string.h>
#include "check.h"

bool is_c(const char *path)
{
	return g_str_has_suffix(path, ".c") || g_str_has_suffix(path, ".h") ||
	       g_str_has_suffix(path, ".c.in") || g_str_has_suffix(path, ".h.in");
}

static void source_free(gpointer data)
{
	struct source *source = data;

	g_free(source->path);
	g_free(source->text);
	g_free(source->code);
	g_free(source->bare);
	g_free(source);
}

static int by_path(gconstpointer a, gconstpointer b)
{
	const struct source *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

/* A file that git knows and that is gone from the tree, or a link, is passed over. */
static bool add(struct tree *tree, const char *path, GError **ret_error)
{
	g_autofree char *full = g_build_filename(tree->root, path, NULL);
	struct source *source;

	if (!g_file_test(full, G_FILE_TEST_IS_REGULAR) || g_file_test(full, G_FILE_TEST_IS_SYMLINK))
		return true;
	source = g_new0(struct source, 1);
	source->path = g_strdup(path);
	g_ptr_array_add(tree->sources, source);
	if (!g_file_get_contents(full, &source->text, &source->bytes, ret_error))
		return false;
	if (is_c(path)) {
		source->code = blank_c(source->text, false);
		source->bare = blank_c(source->text, true);
	}
	return true;
}

/* Builds, results and what is hidden are not sources; as .gitignore says it. */
static bool is_source_directory(const char *name)
{
	return name[0] != '.' && !g_str_has_prefix(name, "build") && strcmp(name, "results") != 0;
}

static bool walk(struct tree *tree, const char *below, GError **ret_error)
{
	g_autofree char *full = g_build_filename(tree->root, below, NULL);
	g_autoptr(GDir) dir = g_dir_open(full, 0, ret_error);
	const char *name;

	if (!dir)
		return false;
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path =
			*below ? g_build_filename(below, name, NULL) : g_strdup(name);
		g_autofree char *inside = g_build_filename(tree->root, path, NULL);

		if (g_file_test(inside, G_FILE_TEST_IS_DIR)) {
			if (is_source_directory(name) && !walk(tree, path, ret_error))
				return false;
		} else if (!add(tree, path, ret_error)) {
			return false;
		}
	}
	return true;
}

/* NULL if git has no answer. */
static char **git_files(const char *root, const char *const *options)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *output = NULL;
	int status = -1;

	g_ptr_array_add(argv, (gpointer) "git");
	g_ptr_array_add(argv, (gpointer) "-c");
	g_ptr_array_add(argv, (gpointer) "core.quotePath=false");
	g_ptr_array_add(argv, (gpointer) "ls-files");
	for (; *options; options++)
		g_ptr_array_add(argv, (gpointer)*options);
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(root, (char **)argv->pdata, NULL,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
			  NULL, &status, NULL) ||
	    status)
		return NULL;
	return g_strsplit(g_strchomp(output), "\n", -1);
}

static bool add_all(struct tree *tree, char **paths, GError **ret_error)
{
	for (; *paths; paths++) {
		if (**paths && !add(tree, *paths, ret_error))
			return false;
	}
	return true;
}

static bool read_files(struct tree *tree, GError **ret_error)
{
	static const char *const known_options[] = {"--cached", NULL};
	static const char *const new_options[] = {
		"--others", "--exclude-standard", "--", "*.c", "*.h", NULL};
	g_autofree char *git = g_build_filename(tree->root, ".git", NULL);
	g_auto(GStrv) known = NULL, new = NULL;

	if (g_file_test(git, G_FILE_TEST_EXISTS)) {
		known = git_files(tree->root, known_options);
		new = git_files(tree->root, new_options);
	}
	if (!known || !new)
		return walk(tree, "", ret_error);
	return add_all(tree, known, ret_error) && add_all(tree, new, ret_error);
}

struct tree *tree_read(const char *root, GError **ret_error)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->root = g_strdup(root);
	tree->sources = g_ptr_array_new_with_free_func(source_free);
	tree->complaints = g_ptr_array_new_with_free_func(g_free);
	if (!read_files(tree, ret_error)) {
		tree_free(tree);
		return NULL;
	}
	g_ptr_array_sort(tree->sources, by_path);
	return tree;
}

void tree_free(struct tree *tree)
{
	g_free(tree->root);
	g_ptr_array_unref(tree->sources);
	g_ptr_array_unref(tree->complaints);
	g_free(tree);
}

const struct source *tree_find(const struct tree *tree, const char *path)
{
	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];

		if (!strcmp(source->path, path))
			return source;
	}
	return NULL;
}

void complain(struct tree *tree, const struct source *source, gsize offset, const char *fmt, ...)
{
	g_autofree char *what = NULL;
	guint line = 1;
	va_list args;

	va_start(args, fmt);
	what = g_strdup_vprintf(fmt, args);
	va_end(args);
	for (gsize i = 0; i < offset && i < source->bytes; i++)
		line += source->text[i] == '\n';
	g_ptr_array_add(tree->complaints, g_strdup_printf("%s:%u: %s", source->path, line, what));
}

GPtrArray *check_tree(const char *root, gsize *ret_files, GError **ret_error)
{
	struct tree *tree = tree_read(root, ret_error);
	GPtrArray *ret;

	if (!tree)
		return NULL;
	check_includes(tree);
	check_names(tree);
	check_shape(tree);
	check_text(tree);
	*ret_files = tree->sources->len;
	ret = g_ptr_array_ref(tree->complaints);
	tree_free(tree);
	return ret;
}
