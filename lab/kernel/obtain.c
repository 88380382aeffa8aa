#include "lab/kernel/obtain.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/patch/patch.h"
#include "lab/kernel/source/apt.h"
#include "lab/kernel/source/store.h"
#include "lab/kernel/source/tree.h"
#include "lab/util/files.h"
#include "reports/error.h"

void pb_kernel_source_free(struct pb_kernel_source *source)
{
	if (!source)
		return;
	g_free(source->id);
	g_free(source->directory);
	g_free(source->origin);
	g_free(source);
}

/* CACHE/names/NAME.ini: which source a name stood for when it was last looked up. */
static int name_path(const char *name, char **ret_path, GError **ret_error)
{
	g_autofree char *directory = NULL, *file = g_strconcat(name, ".ini", NULL);
	int r = pb_cache_dir(&directory, ret_error, "names", NULL);

	if (!r)
		*ret_path = g_build_filename(directory, file, NULL);
	return r;
}

/* What the answer depends on: a definition that changes is looked up again. */
static char *question(const struct pb_kernel_definition *definition)
{
	return g_strdup_printf("%s %s", definition->package,
			       definition->suite ? definition->suite : "");
}

static struct pb_kernel_source *recall(const struct pb_kernel_definition *definition,
				       const char *path)
{
	g_autoptr(pb_kernel_source) source = g_new0(struct pb_kernel_source, 1);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *asked = NULL, *asking = question(definition);

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		return NULL;
	asked = g_key_file_get_string(file, "name", "question", NULL);
	source->id = g_key_file_get_string(file, "name", "source", NULL);
	source->origin = g_key_file_get_string(file, "name", "origin", NULL);
	if (g_strcmp0(asked, asking) || !source->id || !source->origin ||
	    !pb_source_present(source->id, &source->directory))
		return NULL;
	return g_steal_pointer(&source);
}

static int remember(const struct pb_kernel_definition *definition,
		    const struct pb_kernel_source *source, const char *path, GError **ret_error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *asking = question(definition), *text = NULL;

	g_key_file_set_string(file, "name", "question", asking);
	g_key_file_set_string(file, "name", "source", source->id);
	g_key_file_set_string(file, "name", "origin", source->origin);
	text = g_key_file_to_data(file, NULL, NULL);
	return pb_write_atomic(path, text, ret_error);
}

static int check_named(const struct pb_kernel_definition *definition, GError **ret_error)
{
	if (definition->package)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "\"%s\" is how your own trees are built and no kernel itself; write "
		       "/path/to/linux",
		       definition->name);
}

static int refuse_host(GError **ret_error)
{
	return pb_fail(
		ret_error, EINVAL, PB_EXIT_USAGE,
		"\"host\" is the kernel that runs on this machine and has no source to build; "
		"write a name such as 6.12, or the path of a tree");
}

int pb_kernel_check(const struct pb_kernel_spec *spec, const char *configs_dir, GError **ret_error)
{
	g_autoptr(pb_kernel_definition) definition = NULL;
	g_autoptr(GPtrArray) patches = NULL;
	int r = spec->kind == PB_KERNEL_HOST ? refuse_host(ret_error) : 0;

	if (!r)
		r = pb_kernel_definition_load(configs_dir,
					      spec->name ? spec->name : PB_DEFINITION_TREE,
					      &definition, ret_error);
	if (!r)
		r = spec->name ? check_named(definition, ret_error)
			       : pb_tree_check(spec, ret_error);
	if (!r && spec->patches[0])
		r = pb_patches_load((const char *const *)spec->patches, &patches, ret_error);
	return r;
}

static int obtain_named(const struct pb_kernel_definition *definition, bool refresh,
			struct pb_progress *progress, struct pb_kernel_source **ret_source,
			GError **ret_error)
{
	g_autoptr(pb_kernel_source) source = NULL;
	g_autofree char *path = NULL;
	int r = check_named(definition, ret_error);

	if (!r)
		r = name_path(definition->name, &path, ret_error);
	if (r)
		return r;
	if (!refresh)
		source = recall(definition, path);
	if (!source) {
		r = pb_apt_obtain(definition, progress, &source, ret_error);
		if (!r)
			r = remember(definition, source, path, ret_error);
	}
	if (!r)
		*ret_source = g_steal_pointer(&source);
	return r;
}

int pb_kernel_obtain(const struct pb_kernel_spec *spec,
		     const struct pb_kernel_definition *definition, bool refresh,
		     struct pb_progress *progress, struct pb_kernel_source **ret_source,
		     GError **ret_error)
{
	switch (spec->kind) {
	case PB_KERNEL_NAMED:
		return obtain_named(definition, refresh, progress, ret_source, ret_error);
	case PB_KERNEL_TREE:
	case PB_KERNEL_REVISION:
		return pb_tree_obtain(spec, progress, ret_source, ret_error);
	case PB_KERNEL_HOST:
		break;
	}
	return refuse_host(ret_error);
}
