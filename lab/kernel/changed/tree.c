#include "lab/kernel/changed/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/error.h"

/* Folders of programs for the host, of code that runs before the kernel, or of no code. */
static const char *const left_out_folders[] = {
	"Documentation",
	"arch/x86/boot",
	"arch/x86/entry/vdso",
	"arch/x86/include",
	"arch/x86/purgatory",
	"arch/x86/realmode",
	"arch/x86/tools",
	"include",
	"scripts",
	"tools",
};

/* Those of the folder of the vDSO that are the kernel's. */
static const char *const kept_vdso[] = {"arch/x86/entry/vdso/extable.o",
					"arch/x86/entry/vdso/vma.o"};

static void object_file_free(gpointer data)
{
	struct pb_object_file *file = data;

	g_free(file->name);
	g_free(file);
}

/* Hidden files and vmlinux* come with linking, and *.mod.o is a module's description. */
static bool is_object(const char *base)
{
	return g_str_has_suffix(base, ".o") && !g_str_has_suffix(base, ".mod.o") &&
	       base[0] != '.' && !g_str_has_prefix(base, "vmlinux");
}

static bool is_left_out(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(left_out_folders); i++)
		if (!strcmp(name, left_out_folders[i]))
			return true;
	return false;
}

static void add_file(const char *name, const struct stat *found, GPtrArray *files)
{
	struct pb_object_file *file = g_new0(struct pb_object_file, 1);

	file->name = g_strdup(name);
	file->bytes = found->st_size;
	file->mtime_s = found->st_mtim.tv_sec;
	file->mtime_ns = found->st_mtim.tv_nsec;
	file->device = found->st_dev;
	file->inode = found->st_ino;
	g_ptr_array_add(files, file);
}

/* @below: relative to @build, "" for itself. */
static int walk(const char *build, const char *below, GPtrArray *files, GError **ret_error)
{
	g_autofree char *directory = g_build_filename(build, below, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) listing = g_dir_open(directory, 0, &error);
	const char *base;
	int err = 0;

	if (!listing)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", error->message);
	while (!err && (base = g_dir_read_name(listing))) {
		g_autofree char *path = g_build_filename(directory, base, NULL);
		g_autofree char *name =
			*below ? g_build_filename(below, base, NULL) : g_strdup(base);
		struct stat found;

		if (base[0] == '.' || lstat(path, &found))
			continue;
		if (S_ISDIR(found.st_mode) && !is_left_out(name))
			err = walk(build, name, files, ret_error);
		else if (S_ISREG(found.st_mode) && is_object(base))
			add_file(name, &found, files);
	}
	return err;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	const struct pb_object_file *first = *(const struct pb_object_file *const *)a;
	const struct pb_object_file *second = *(const struct pb_object_file *const *)b;

	return strcmp(first->name, second->name);
}

int pb_object_files(const char *build, GPtrArray **ret_files, GError **ret_error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(object_file_free);
	int err = walk(build, "", files, ret_error);

	if (err)
		return err;
	for (gsize i = 0; i < G_N_ELEMENTS(kept_vdso); i++) {
		g_autofree char *path = g_build_filename(build, kept_vdso[i], NULL);
		struct stat found;

		if (!lstat(path, &found) && S_ISREG(found.st_mode))
			add_file(kept_vdso[i], &found, files);
	}
	g_ptr_array_sort(files, by_name);
	*ret_files = g_steal_pointer(&files);
	return 0;
}

/* A time of whole seconds may be one that somebody has set. */
bool pb_object_files_same(const struct pb_object_file *a, const struct pb_object_file *b)
{
	if (a->device == b->device && a->inode == b->inode)
		return true;
	return a->bytes == b->bytes && a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns &&
	       a->mtime_ns;
}
