#include "lab/kernel/module.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/make/compile.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define KEY_LENGTH 32

/* The one .ko in @directory. */
static int find_module(const char *directory, char **ret_path, GError **ret_error)
{
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	g_autofree char *path = NULL;
	const char *name;

	while (listing && (name = g_dir_read_name(listing))) {
		if (!g_str_has_suffix(name, ".ko"))
			continue;
		if (path)
			return pb_fail(ret_error, EINVAL, PB_EXIT_ENVIRONMENT,
				       "%s makes more than one module; it is to make one",
				       directory);
		path = g_build_filename(directory, name, NULL);
	}
	if (!path)
		return pb_fail(
			ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			"make ended without an error but made no .ko in %s; its Kbuild needs "
			"an obj-m line",
			directory);
	*ret_path = g_steal_pointer(&path);
	return 0;
}

static int compile(const struct pb_kernel *kernel, const char *directory, const char *sources,
		   const struct pb_lock *lock, struct pb_progress *progress, GError **ret_error)
{
	g_autofree char *log_path = g_build_filename(directory, "build.log", NULL);
	g_autofree char *what =
		g_strdup_printf("building pinbench's module for %s", kernel->release);
	g_autofree char *target = g_strconcat("M=", sources, NULL);
	/* __FILE__ and all else that would carry the cache's place into the bytes. */
	g_autofree char *flags =
		g_strdup_printf("KCFLAGS=-Werror -ffile-prefix-map=%s/=", directory);
	const char *const arguments[] = {target, flags, "modules", NULL};
	const struct pb_make make = {
		.directory = kernel->build,
		.arguments = arguments,
		.log_path = log_path,
		.what = what,
		.lock = lock,
		.progress = progress,
		.fault = PB_EXIT_ENVIRONMENT,
	};

	return pb_make_run(&make, NULL, ret_error);
}

static int build(const struct pb_kernel *kernel, const char *directory, const char *module_dir,
		 const char *include_dir, const struct pb_lock *lock, struct pb_progress *progress,
		 GError **ret_error)
{
	g_autofree char *sources = g_build_filename(directory, "kernel-side", NULL);
	g_autofree char *headers = g_build_filename(directory, "include", NULL);
	g_autofree char *link = g_build_filename(directory, "module", NULL);
	g_autofree char *module = NULL, *name = NULL;
	int r = pb_remove_tree(directory, ret_error);

	if (!r)
		r = pb_make_directory(directory, ret_error);
	if (!r)
		r = pb_copy_tree(module_dir, sources, false, ret_error);
	if (!r)
		r = pb_copy_tree(include_dir, headers, false, ret_error);
	if (!r)
		r = compile(kernel, directory, sources, lock, progress, ret_error);
	if (!r)
		r = find_module(sources, &module, ret_error);
	if (!r) {
		const char *const argv[] = {"strip", "--strip-debug", module, NULL};
		struct pb_command command = {.argv = argv};

		r = pb_command_run(&command, NULL, ret_error);
	}
	if (r)
		return r;
	/* The stamp, which also says which file it is. */
	name = g_path_get_basename(module);
	return pb_write_atomic(link, name, ret_error);
}

/* The module below @directory if it is complete. */
static char *cached(const char *directory)
{
	g_autofree char *link = g_build_filename(directory, "module", NULL);
	g_autofree char *name = NULL, *path = NULL;

	if (!g_file_get_contents(link, &name, NULL, NULL))
		return NULL;
	path = g_build_filename(directory, "kernel-side", name, NULL);
	return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

int pb_module_build(const struct pb_kernel *kernel, const char *module_dir, const char *include_dir,
		    struct pb_progress *progress, char **ret_path, GError **ret_error)
{
	g_autofree char *sources = NULL, *headers = NULL, *key = NULL, *root = NULL;
	g_autofree char *directory = NULL, *lock_path = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int r = pb_sha256_tree(module_dir, &sources, ret_error);

	if (!r)
		r = pb_sha256_tree(include_dir, &headers, ret_error);
	if (!r)
		r = pb_cache_root(&root, ret_error);
	if (r)
		return r;
	key = pb_sha256_strings(
		(const char *[]){"module", PB_MAKE_RECIPE, kernel->key, sources, headers, NULL});
	key[KEY_LENGTH] = '\0';
	directory = g_build_filename(kernel->directory, "modules", key, NULL);
	*ret_path = cached(directory);
	if (*ret_path)
		return 0;
	lock_path = g_strdup_printf("%s/locks/module-%s", root, key);
	r = pb_lock_acquire(lock_path, progress, &lock, ret_error);
	if (r)
		return r;
	*ret_path = cached(directory);
	if (*ret_path)
		return 0;
	pb_progress_stage(progress, "building the module for %s", kernel->release);
	r = build(kernel, directory, module_dir, include_dir, lock, progress, ret_error);
	if (r)
		return r;
	pb_progress_done(progress);
	*ret_path = cached(directory);
	return 0;
}
