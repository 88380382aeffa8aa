#include "lab/kernel/near.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/kernel/cache/record.h"
#include "lab/kernel/source/store.h"
#include "lab/kernel/source/tree.h"
#include "lab/util/files.h"
#include "reports/error.h"

/* Of more, building anew with what ccache knows is as fast. */
#define MOST_FILES 2000

void pb_near_free(struct pb_near *near)
{
	if (!near)
		return;
	pb_kernel_free(near->kernel);
	g_free(near->source);
	g_strfreev(near->files);
	g_free(near);
}

static struct pb_near *look_at(const char *directory, const char *path, const char *id, guint most,
			       pb_near_key_fn key_of, const void *context)
{
	g_autoptr(pb_kernel) kernel =
		pb_record_stamped(directory) ? pb_record_load(directory) : NULL;
	g_autoptr(pb_near) near = NULL;
	g_autofree char *key = NULL;

	if (!kernel || !kernel->source_id || !g_str_has_prefix(kernel->source_id, PB_TREE_ID))
		return NULL;
	/* A patched kernel has another key than its source alone. */
	key = key_of(kernel->source_id, context);
	if (strcmp(key, kernel->key) != 0 || !pb_record_intact(kernel))
		return NULL;
	near = g_new0(struct pb_near, 1);
	if (!pb_source_present(kernel->source_id, &near->source))
		return NULL;
	near->files = pb_tree_difference(path, kernel->source_id, id, most);
	near->kernel = g_steal_pointer(&kernel);
	return near->files ? g_steal_pointer(&near) : NULL;
}

struct pb_near *pb_near_find(const char *path, const char *id, pb_near_key_fn key,
			     const void *context)
{
	g_autofree char *kernels = NULL;
	g_autoptr(GDir) listing = NULL;
	struct pb_near *best = NULL;
	guint most = MOST_FILES;
	const char *name;

	if (pb_cache_dir(&kernels, NULL, "kernels", NULL))
		return NULL;
	listing = g_dir_open(kernels, 0, NULL);
	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *directory = g_build_filename(kernels, name, NULL);
		struct pb_near *near = look_at(directory, path, id, most, key, context);

		if (!near)
			continue;
		pb_near_free(best);
		best = near;
		most = g_strv_length(near->files);
		most -= most > 0;
	}
	return best;
}

static int put_file(const char *source, const char *to, const char *file, GError **ret_error)
{
	g_autofree char *from = g_build_filename(source, file, NULL);
	g_autofree char *path = g_build_filename(to, file, NULL);
	g_autofree char *directory = g_path_get_dirname(path);
	/* Not written over: the old file has other names. */
	int r = pb_remove_tree(path, ret_error);

	if (r || !g_file_test(from, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
		return r;
	r = pb_make_directory(directory, ret_error);
	if (!r)
		r = pb_copy_entry(from, path, false, ret_error);
	/* Newer than any object, whenever the source came into the cache. */
	if (!r && utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW))
		r = pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "cannot date %s: %s", path,
			    g_strerror(errno));
	return r;
}

int pb_near_lay_out(const struct pb_near *near, const char *source, const char *to,
		    GError **ret_error)
{
	int r = pb_copy_tree(near->source, to, true, ret_error);

	for (char **file = near->files; !r && *file; file++)
		r = put_file(source, to, *file, ret_error);
	return r;
}
