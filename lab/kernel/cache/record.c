#include "lab/kernel/cache/record.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/kernel/make/compile.h"
#include "lab/util/files.h"
#include "reports/error.h"

#define GROUP "kernel"

/* Which member is which key of kernel.ini. */
static const struct {
	const char *key;
	size_t offset;
} fields[] = {
	{"spec", offsetof(struct pb_kernel, spec)},
	{"release", offsetof(struct pb_kernel, release)},
	{"vmlinux", offsetof(struct pb_kernel, vmlinux)},
	{"vmlinux_sha256", offsetof(struct pb_kernel, vmlinux_sha256)},
	{"config_sha256", offsetof(struct pb_kernel, config_sha256)},
	{"text_sha256", offsetof(struct pb_kernel, text_sha256)},
	{"toolchain", offsetof(struct pb_kernel, toolchain)},
	{"source", offsetof(struct pb_kernel, source_id)},
	{"origin", offsetof(struct pb_kernel, origin)},
	{"created", offsetof(struct pb_kernel, created)},
};

static char **field(struct pb_kernel *kernel, size_t i)
{
	return (char **)((char *)kernel + fields[i].offset);
}

void pb_kernel_free(struct pb_kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		g_free(*field(kernel, i));
	g_free(kernel->key);
	g_free(kernel->directory);
	g_free(kernel->build);
	g_free(kernel->config);
	g_strfreev(kernel->dropped);
	g_free(kernel);
}

struct pb_kernel *pb_record_new(const char *directory)
{
	struct pb_kernel *kernel = g_new0(struct pb_kernel, 1);

	kernel->directory = g_strdup(directory);
	kernel->key = g_path_get_basename(directory);
	kernel->build = g_build_filename(directory, "source", "build", NULL);
	kernel->vmlinux = g_build_filename(kernel->build, "vmlinux", NULL);
	kernel->config = g_build_filename(kernel->build, ".config", NULL);
	kernel->dropped = g_new0(char *, 1);
	return kernel;
}

static int look_at_image(struct pb_kernel *kernel)
{
	struct stat status;

	if (stat(kernel->vmlinux, &status) < 0)
		return -errno;
	kernel->vmlinux_bytes = status.st_size;
	kernel->vmlinux_mtime_ns = (gint64)status.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) +
				   status.st_mtim.tv_nsec;
	return 0;
}

int pb_record_measure(struct pb_kernel *kernel, GError **ret_error)
{
	g_autofree char *path =
		g_build_filename(kernel->build, "include", "config", "kernel.release", NULL);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	int r;

	g_clear_pointer(&kernel->release, g_free);
	if (!g_file_get_contents(path, &kernel->release, NULL, NULL) || look_at_image(kernel))
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "make ended without an error but left no %s or no release in %s",
			       kernel->vmlinux, path);
	g_strchomp(kernel->release);
	g_free(kernel->created);
	kernel->created = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	r = pb_sha256_file(kernel->vmlinux, &kernel->vmlinux_sha256, ret_error);
	if (!r)
		r = pb_sha256_file(kernel->config, &kernel->config_sha256, ret_error);
	if (!r)
		r = pb_elf_section_sha256(kernel->vmlinux, ".text", &kernel->text_sha256,
					  ret_error);
	return r;
}

static char *path_in(const char *directory, const char *name)
{
	return g_build_filename(directory, name, NULL);
}

int pb_record_save(const struct pb_kernel *kernel, GError **ret_error)
{
	g_autofree char *path = path_in(kernel->directory, "kernel.ini");
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		const char *value = *field((struct pb_kernel *)kernel, i);

		if (value && strcmp(fields[i].key, "vmlinux"))
			g_key_file_set_string(file, GROUP, fields[i].key, value);
	}
	/* Relative: a cache that is moved still holds. */
	g_key_file_set_string(file, GROUP, "vmlinux",
			      kernel->vmlinux + strlen(kernel->directory) + 1);
	g_key_file_set_uint64(file, GROUP, "vmlinux_bytes", kernel->vmlinux_bytes);
	g_key_file_set_int64(file, GROUP, "vmlinux_mtime_ns", kernel->vmlinux_mtime_ns);
	g_key_file_set_string_list(file, GROUP, "dropped", (const char *const *)kernel->dropped,
				   g_strv_length(kernel->dropped));
	text = g_key_file_to_data(file, NULL, NULL);
	return pb_write_atomic(path, text, ret_error);
}

struct pb_kernel *pb_record_load(const char *directory)
{
	g_autofree char *path = path_in(directory, "kernel.ini");
	g_autoptr(GKeyFile) file = g_key_file_new();
	struct pb_kernel *kernel;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		return NULL;
	kernel = pb_record_new(directory);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (strcmp(fields[i].key, "vmlinux"))
			*field(kernel, i) = g_key_file_get_string(file, GROUP, fields[i].key, NULL);
	kernel->vmlinux_bytes = g_key_file_get_uint64(file, GROUP, "vmlinux_bytes", NULL);
	kernel->vmlinux_mtime_ns = g_key_file_get_int64(file, GROUP, "vmlinux_mtime_ns", NULL);
	g_strfreev(kernel->dropped);
	kernel->dropped = g_key_file_get_string_list(file, GROUP, "dropped", NULL, NULL);
	if (!kernel->dropped)
		kernel->dropped = g_new0(char *, 1);
	return kernel;
}

int pb_record_stamp(const struct pb_kernel *kernel, GError **ret_error)
{
	g_autofree char *path = path_in(kernel->directory, "complete");

	return pb_write_atomic(path, "", ret_error);
}

bool pb_record_stamped(const char *directory)
{
	g_autofree char *path = path_in(directory, "complete");

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

int pb_record_invalidate(const struct pb_kernel *kernel, GError **ret_error)
{
	static const char *const images[] = {"vmlinux", "vmlinux.unstripped", "vmlinux.o",
					     ".vmlinux.cmd"};
	g_autofree char *stamp = path_in(kernel->directory, "complete");
	int r = pb_remove_tree(stamp, ret_error);

	for (size_t i = 0; !r && i < G_N_ELEMENTS(images); i++) {
		g_autofree char *path = path_in(kernel->build, images[i]);

		r = pb_remove_tree(path, ret_error);
	}
	return r;
}

static bool same_hash(const char *path, const char *expected)
{
	g_autofree char *hex = NULL;

	return expected && !pb_sha256_file(path, &hex, NULL) && !strcmp(hex, expected);
}

bool pb_record_intact(const struct pb_kernel *kernel)
{
	gint64 mtime_ns;
	struct stat status;

	if (!kernel->release || !kernel->text_sha256 || stat(kernel->vmlinux, &status) < 0 ||
	    (guint64)status.st_size != kernel->vmlinux_bytes)
		return false;
	mtime_ns = (gint64)status.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) +
		   status.st_mtim.tv_nsec;
	/* A copied cache has other times and the same bytes. */
	if (mtime_ns != kernel->vmlinux_mtime_ns &&
	    !same_hash(kernel->vmlinux, kernel->vmlinux_sha256))
		return false;
	return same_hash(kernel->config, kernel->config_sha256);
}
