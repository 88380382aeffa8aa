#include "lab/kernel/clone.h"

#include <string.h>

#include "lab/util/files.h"
#include "reports/error.h"

/*
 * The kernel's own objects are made with paths relative to the build, but those of its
 * tools with absolute ones: without this objtool would be made again, and after it
 * everything that it has looked at.
 */
static int retarget_file(const char *path, const char *from, const char *to, GError **ret_error)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) changed = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !strstr(text, from))
		return 0;
	changed = g_string_new(text);
	g_string_replace(changed, from, to, 0);
	return pb_write_atomic(path, changed->str, ret_error);
}

static int retarget(const char *directory, const char *from, const char *to, GError **ret_error)
{
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	const char *name;
	int err = 0;

	while (!err && listing && (name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_str_has_suffix(name, ".cmd") || g_str_has_suffix(name, ".d"))
			err = retarget_file(path, from, to, ret_error);
		else if (g_file_test(path, G_FILE_TEST_IS_DIR))
			err = retarget(path, from, to, ret_error);
	}
	return err;
}

int pb_clone_objects(const struct pb_kernel *base, const char *build, const char *final_tree,
		     GError **ret_error)
{
	g_autofree char *base_tree = g_path_get_dirname(base->build);
	int err = pb_copy_tree(base->build, build, false, ret_error);

	return err ? err : retarget(build, base_tree, final_tree, ret_error);
}
