#include "lab/kernel/source/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/util/files.h"
#include "reports/error.h"

/* A kernel's source, unpacked, with the package it came in beside it. */
#define SOURCE_BYTES (3ULL << 30)

int pb_source_check(const char *directory, const char *shown, GError **ret_error)
{
	g_autofree char *makefile = g_build_filename(directory, "Makefile", NULL);
	g_autofree char *kconfig = g_build_filename(directory, "Kconfig", NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(makefile, &text, NULL, NULL))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s is no kernel tree: it has no Makefile; give the top directory "
			       "of a Linux source tree",
			       shown);
	if (!g_regex_match_simple("^VERSION *=", text, G_REGEX_MULTILINE, 0) ||
	    !g_regex_match_simple("^PATCHLEVEL *=", text, G_REGEX_MULTILINE, 0))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s is no kernel tree: its Makefile sets no VERSION and PATCHLEVEL; "
			       "give the top directory of a Linux source tree",
			       shown);
	if (!g_file_test(kconfig, G_FILE_TEST_EXISTS))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s is no kernel tree: it has no Kconfig; give the top directory of "
			       "a Linux source tree",
			       shown);
	return 0;
}

bool pb_source_present(const char *id, char **ret_directory)
{
	g_autofree char *root = NULL, *directory = NULL, *stamp = NULL;

	if (pb_cache_root(&root, NULL))
		return false;
	directory = g_build_filename(root, "sources", id, NULL);
	stamp = g_strconcat(directory, ".complete", NULL);
	if (ret_directory)
		*ret_directory = g_strdup(directory);
	return g_file_test(stamp, G_FILE_TEST_EXISTS) && g_file_test(directory, G_FILE_TEST_IS_DIR);
}

static int fill_new(const struct pb_kernel_source *source, const char *root, pb_source_fill_fn fill,
		    void *context, struct pb_progress *progress, GError **ret_error)
{
	g_autofree char *partial = g_strconcat(source->directory, ".partial", NULL);
	g_autofree char *stamp = g_strconcat(source->directory, ".complete", NULL);
	int r = pb_require_space(root, SOURCE_BYTES, ret_error);

	if (!r)
		r = pb_remove_tree(partial, ret_error);
	if (!r)
		r = pb_remove_tree(source->directory, ret_error);
	if (r)
		return r;
	r = fill(partial, source, context, progress, ret_error);
	if (!r)
		r = pb_source_check(partial, source->origin, ret_error);
	if (r) {
		pb_remove_tree(partial, NULL);
		return r;
	}
	if (g_rename(partial, source->directory) < 0)
		return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "cannot create %s: %s",
			       source->directory, g_strerror(errno));
	return pb_write_atomic(stamp, source->origin, ret_error);
}

int pb_source_store(struct pb_kernel_source *source, pb_source_fill_fn fill, void *context,
		    struct pb_progress *progress, GError **ret_error)
{
	g_autofree char *root = NULL, *sources = NULL, *lock_path = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int r = pb_cache_root(&root, ret_error);

	if (r)
		return r;
	g_clear_pointer(&source->directory, g_free);
	if (pb_source_present(source->id, &source->directory))
		return 0;
	sources = g_build_filename(root, "sources", NULL);
	r = pb_make_directory(sources, ret_error);
	lock_path = g_strdup_printf("%s/locks/source-%s", root, source->id);
	if (!r)
		r = pb_lock_acquire(lock_path, progress, &lock, ret_error);
	if (r || pb_source_present(source->id, NULL))
		return r;
	return fill_new(source, root, fill, context, progress, ret_error);
}
