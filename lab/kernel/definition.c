#include "lab/kernel/definition.h"

#include <errno.h>
#include <string.h>

#include "reports/error.h"

void pb_kernel_definition_free(struct pb_kernel_definition *definition)
{
	if (!definition)
		return;
	g_free(definition->name);
	g_free(definition->package);
	g_free(definition->suite);
	g_free(definition->wanted);
	g_free(definition->optional);
	g_free(definition);
}

static int by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

char **pb_kernel_definition_names(const char *configs_dir)
{
	g_autofree char *path = g_build_filename(configs_dir, "kernels", NULL);
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	GPtrArray *names = g_ptr_array_new();
	const char *file;

	while (directory && (file = g_dir_read_name(directory))) {
		const char *dot = strrchr(file, '.');

		if (dot && !strcmp(dot, ".ini") && strcmp(file, PB_DEFINITION_TREE ".ini"))
			g_ptr_array_add(names, g_strndup(file, dot - file));
	}
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

static int unknown(const char *configs_dir, const char *name, GError **ret_error)
{
	g_auto(GStrv) names = pb_kernel_definition_names(configs_dir);
	g_autofree char *list = g_strjoinv(", ", names);

	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "no kernel is called \"%s\"; known are: %s. A tree of your own is written "
		       "with its path: /path/to/linux or ./linux, and @REV behind it",
		       name, *list ? list : "none");
}

/* The text of the files that @key lists, one after the other. */
static int read_fragments(GKeyFile *file, const char *directory, const char *key, char **ret_text,
			  GError **ret_error)
{
	g_auto(GStrv) names = g_key_file_get_string_list(file, "config", key, NULL, NULL);
	g_autoptr(GString) all = g_string_new(NULL);

	for (size_t i = 0; names && names[i]; i++) {
		g_autofree char *path = g_build_filename(directory, names[i], NULL);
		g_autoptr(GError) error = NULL;
		g_autofree char *text = NULL;

		if (!g_file_get_contents(path, &text, NULL, &error))
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "cannot read a fragment of the kernel's config: %s",
				       error->message);
		g_string_append(all, text);
		if (all->len && all->str[all->len - 1] != '\n')
			g_string_append_c(all, '\n');
	}
	*ret_text = g_string_free(g_steal_pointer(&all), FALSE);
	return 0;
}

int pb_kernel_definition_load(const char *configs_dir, const char *name,
			      struct pb_kernel_definition **ret_definition, GError **ret_error)
{
	g_autoptr(pb_kernel_definition) definition = g_new0(struct pb_kernel_definition, 1);
	g_autofree char *directory = g_build_filename(configs_dir, "kernels", NULL);
	g_autofree char *file_name = g_strconcat(name, ".ini", NULL);
	g_autofree char *path = g_build_filename(directory, file_name, NULL);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	int r;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return unknown(configs_dir, name, ret_error);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: %s", path, error->message);
	definition->name = g_strdup(name);
	definition->package = g_key_file_get_string(file, "source", "package", NULL);
	definition->suite = g_key_file_get_string(file, "source", "suite", NULL);
	if (!definition->package && strcmp(name, PB_DEFINITION_TREE))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: [source] has no package=, so there is nothing to build", path);
	if (!g_key_file_has_key(file, "config", "fragments", NULL))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: [config] has no fragments=", path);
	r = read_fragments(file, directory, "fragments", &definition->wanted, ret_error);
	if (!r)
		r = read_fragments(file, directory, "optional", &definition->optional, ret_error);
	if (!r)
		*ret_definition = g_steal_pointer(&definition);
	return r;
}
