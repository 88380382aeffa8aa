/* The hashes of lab/util/files.h: what the cache's addresses are made of. */
#include "lab/util/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "reports/error.h"

#define READ_BYTES (128 * 1024)

static int hash_file(GChecksum *checksum, const char *path, GError **ret_error)
{
	g_autofree guchar *bytes = g_malloc(READ_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count = -1;

	if (fd >= 0)
		while ((count = read(fd, bytes, READ_BYTES)) > 0)
			g_checksum_update(checksum, bytes, count);
	if (count < 0) {
		int r = pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "cannot read %s: %s", path,
				g_strerror(errno));

		if (fd >= 0)
			close(fd);
		return r;
	}
	close(fd);
	return 0;
}

int pb_sha256_file(const char *path, char **ret_hex, GError **ret_error)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	int r = hash_file(checksum, path, ret_error);

	if (!r)
		*ret_hex = g_strdup(g_checksum_get_string(checksum));
	return r;
}

char *pb_sha256_strings(const char *const *strings)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	for (size_t i = 0; strings[i]; i++) {
		guint64 length = GUINT64_TO_LE(strlen(strings[i]));

		g_checksum_update(checksum, (const guchar *)&length, sizeof(length));
		g_checksum_update(checksum, (const guchar *)strings[i], strlen(strings[i]));
	}
	return g_strdup(g_checksum_get_string(checksum));
}

static int collect(const char *root, const char *relative, GPtrArray *paths, GError **ret_error)
{
	g_autofree char *path = g_build_filename(root, relative, NULL);
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *name;
	int r = 0;

	if (!directory)
		return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT,
			       "cannot read the directory %s: %s", path, g_strerror(errno));
	while (!r && (name = g_dir_read_name(directory))) {
		g_autofree char *below =
			*relative ? g_build_filename(relative, name, NULL) : g_strdup(name);
		g_autofree char *full = g_build_filename(root, below, NULL);

		if (g_file_test(full, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_file_test(full, G_FILE_TEST_IS_DIR))
			r = collect(root, below, paths, ret_error);
		else if (g_file_test(full, G_FILE_TEST_IS_REGULAR))
			g_ptr_array_add(paths, g_steal_pointer(&below));
	}
	return r;
}

static int by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int pb_sha256_tree(const char *directory, char **ret_hex, GError **ret_error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	int r = collect(directory, "", paths, ret_error);

	if (r)
		return r;
	g_ptr_array_sort(paths, by_name);
	for (guint i = 0; i < paths->len; i++) {
		g_autofree char *full = g_build_filename(directory, paths->pdata[i], NULL);
		char *hex = NULL;

		r = pb_sha256_file(full, &hex, ret_error);
		if (r)
			return r;
		g_ptr_array_add(parts, g_strdup(paths->pdata[i]));
		g_ptr_array_add(parts, hex);
	}
	g_ptr_array_add(parts, NULL);
	*ret_hex = pb_sha256_strings((const char *const *)parts->pdata);
	return 0;
}
