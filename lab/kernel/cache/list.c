#include "lab/kernel/cache/list.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/cache/record.h"
#include "lab/util/files.h"
#include "reports/error.h"

#define KEY_PREFIX_LENGTH 4

static void entry_free(gpointer data)
{
	struct pb_kernel_entry *entry = data;

	g_free(entry->key);
	g_free(entry->spec);
	g_free(entry->origin);
	g_free(entry->release);
	g_free(entry->created);
	g_free(entry);
}

static gint by_date(gconstpointer left, gconstpointer right)
{
	const struct pb_kernel_entry *a = *(const struct pb_kernel_entry *const *)left;
	const struct pb_kernel_entry *b = *(const struct pb_kernel_entry *const *)right;
	int order = g_strcmp0(a->created, b->created);

	return order ? order : strcmp(a->key, b->key);
}

static struct pb_kernel_entry *entry_new(const char *directory)
{
	g_autofree char *modules = g_build_filename(directory, "modules", NULL);
	struct pb_kernel_entry *entry = g_new0(struct pb_kernel_entry, 1);
	g_autoptr(pb_kernel) kernel = pb_record_load(directory);

	entry->key = g_path_get_basename(directory);
	entry->complete = kernel && pb_record_stamped(directory);
	entry->spec = g_strdup(kernel ? kernel->spec : NULL);
	entry->origin = g_strdup(kernel ? kernel->origin : NULL);
	if (entry->complete) {
		entry->release = g_strdup(kernel->release);
		entry->created = g_strdup(kernel->created);
	}
	if (kernel)
		entry->bytes = pb_tree_bytes(kernel->build) + pb_tree_bytes(modules);
	return entry;
}

int pb_kernel_list(GPtrArray **ret_entries, GError **ret_error)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
	g_autofree char *directory = NULL;
	g_autoptr(GDir) listing = NULL;
	const char *name;
	int r = pb_cache_dir(&directory, ret_error, "kernels", NULL);

	if (r)
		return r;
	listing = g_dir_open(directory, 0, NULL);
	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		g_ptr_array_add(entries, entry_new(path));
	}
	g_ptr_array_sort(entries, by_date);
	*ret_entries = g_steal_pointer(&entries);
	return 0;
}

static bool matches(const struct pb_kernel_entry *entry, const char *which)
{
	return !g_strcmp0(entry->spec, which) ||
	       (strlen(which) >= KEY_PREFIX_LENGTH && g_str_has_prefix(entry->key, which));
}

/* Whether a kernel that is in the cache was built from the source @id. */
static bool source_in_use(const char *kernels, const char *id)
{
	g_autoptr(GDir) listing = g_dir_open(kernels, 0, NULL);
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(kernels, name, NULL);
		g_autoptr(pb_kernel) kernel = pb_record_load(path);

		if (kernel && !g_strcmp0(kernel->source_id, id))
			return true;
	}
	return false;
}

static int remove_source(const char *root, const char *id, struct pb_progress *progress,
			 GError **ret_error)
{
	g_autofree char *lock_path = g_strdup_printf("%s/locks/source-%s", root, id);
	g_autofree char *directory = g_build_filename(root, "sources", id, NULL);
	g_autofree char *stamp = g_strconcat(directory, ".complete", NULL);
	g_autoptr(pb_lock) lock = NULL;
	int r = pb_lock_acquire(lock_path, progress, &lock, ret_error);

	if (!r)
		r = pb_remove_tree(stamp, ret_error);
	if (!r)
		r = pb_remove_tree(directory, ret_error);
	return r;
}

static int remove_one(const char *root, const char *key, struct pb_progress *progress,
		      GError **ret_error)
{
	g_autofree char *lock_path = g_strdup_printf("%s/locks/kernel-%s", root, key);
	g_autofree char *kernels = g_build_filename(root, "kernels", NULL);
	g_autofree char *directory = g_build_filename(kernels, key, NULL);
	g_autofree char *stamp = g_build_filename(directory, "complete", NULL);
	g_autoptr(pb_kernel) kernel = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int r = pb_lock_acquire(lock_path, progress, &lock, ret_error);

	if (r)
		return r;
	kernel = pb_record_load(directory);
	/* The stamp first: what is half removed is not served. */
	r = pb_remove_tree(stamp, ret_error);
	if (!r)
		r = pb_remove_tree(directory, ret_error);
	if (!r && kernel && kernel->source_id && !source_in_use(kernels, kernel->source_id))
		r = remove_source(root, kernel->source_id, progress, ret_error);
	return r;
}

int pb_kernel_remove(const char *which, struct pb_progress *progress, guint *ret_removed,
		     GError **ret_error)
{
	g_autoptr(GPtrArray) entries = NULL;
	g_autofree char *root = NULL;
	guint removed = 0;
	int r = pb_cache_root(&root, ret_error);

	if (!r)
		r = pb_kernel_list(&entries, ret_error);
	for (guint i = 0; !r && i < entries->len; i++) {
		const struct pb_kernel_entry *entry = entries->pdata[i];

		if (!matches(entry, which))
			continue;
		pb_progress_stage(progress, "removing %s (%s)", entry->spec, entry->key);
		r = remove_one(root, entry->key, progress, ret_error);
		removed++;
	}
	if (r)
		return r;
	pb_progress_done(progress);
	if (!removed)
		return pb_fail(
			ret_error, ENOENT, PB_EXIT_USAGE,
			"no kernel in the cache was built for \"%s\" or has a key that begins "
			"so; `kernel list` shows what there is",
			which);
	*ret_removed = removed;
	return 0;
}
