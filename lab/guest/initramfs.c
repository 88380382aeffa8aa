/*
 * The guest's initramfs: see initramfs.h. The archive is cpio in the "newc" format,
 * as Documentation/driver-api/early-userspace/buffer-format.rst describes it, with
 * every time and owner zero.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "lab/guest/initramfs.h"
#include "lab/guest/protocol.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define DISK_BYTES	 (96u << 20)
#define DISK_BLOCK_BYTES 4096
#define DISK_UUID	 "6e2c2f8e-0000-4000-8000-70696e62656e"
/* What e2fsprogs takes for "now": the filesystem's times are the same every day. */
#define DISK_TIME "E2FSPROGS_FAKE_TIME=1767225600"
/* Debian keeps mke2fs in /sbin, which a user's PATH may lack. */
#define SBIN_PATH "PATH=/usr/sbin:/sbin:/usr/bin:/bin"

struct archive {
	GByteArray *bytes;
	unsigned int inode;
};

static void pad(GByteArray *bytes)
{
	static const guint8 zeros[4];

	g_byte_array_append(bytes, zeros, (4 - bytes->len % 4) % 4);
}

static void add_entry(struct archive *a, const char *name, unsigned int mode, const void *data,
		      gsize length)
{
	g_autofree char *header = g_strdup_printf(
		"070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++a->inode, mode, 0,
		0, 1, 0, (unsigned int)length, 0, 0, 0, 0, (unsigned int)strlen(name) + 1, 0);

	g_byte_array_append(a->bytes, (const guint8 *)header, strlen(header));
	g_byte_array_append(a->bytes, (const guint8 *)name, strlen(name) + 1);
	pad(a->bytes);
	if (length)
		g_byte_array_append(a->bytes, data, length);
	pad(a->bytes);
}

static int add_file(struct archive *a, const char *name, unsigned int mode, const char *path,
		    GError **ret_error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *data = NULL;
	gsize length;

	if (!g_file_get_contents(path, &data, &length, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "the guest's %s: %s", name,
			       why->message);
	add_entry(a, name, mode, data, length);
	return 0;
}

/* mke2fs prints its version to standard error, so it is caught line by line. */
static void keep_line(const char *line, void *context)
{
	g_string_append(context, line);
}

int pb_initramfs_mkfs_version(char **ret_version, GError **ret_error)
{
	const char *const argv[] = {"mke2fs", "-V", NULL};
	const char *const env[] = {SBIN_PATH, NULL};
	g_autoptr(GString) text = g_string_new(NULL);
	struct pb_command command = {
		.argv = argv,
		.env = env,
		.timeout_seconds = 30,
		.on_line = keep_line,
		.context = text,
	};

	if (pb_command_run(&command, NULL, ret_error))
		return -EIO;
	*ret_version = g_strdup(text->str);
	return 0;
}

static int make_disk(const char *image, GError **ret_error)
{
	/* clang-format off */
	const char *const argv[] = {
		"mke2fs", "-q", "-t", "ext4", "-U", DISK_UUID, "-J", "size=4", "-E",
		"hash_seed=" DISK_UUID ",lazy_itable_init=0,lazy_journal_init=0,nodiscard",
		image, NULL,
	};
	/* clang-format on */
	const char *const env[] = {DISK_TIME, SBIN_PATH, NULL};
	struct pb_command command = {.argv = argv, .env = env, .timeout_seconds = 120};
	int fd = g_open(image, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || ftruncate(fd, DISK_BYTES)) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return pb_fail(ret_error, err, PB_EXIT_ENVIRONMENT, "%s: %s", image,
			       g_strerror(err));
	}
	close(fd);
	return pb_command_run(&command, NULL, ret_error);
}

static gboolean is_zero(const char *block)
{
	return !block[0] && !memcmp(block, block + 1, DISK_BLOCK_BYTES - 1);
}

static GByteArray *pack_extents(const char *disk, gsize length)
{
	GByteArray *packed = g_byte_array_new();
	gsize end;

	for (gsize begin = 0; begin < length; begin = end) {
		struct guest_extent extent;

		end = begin + DISK_BLOCK_BYTES;
		if (is_zero(disk + begin))
			continue;
		while (end < length && !is_zero(disk + end))
			end += DISK_BLOCK_BYTES;
		extent = (struct guest_extent){begin, end - begin};
		g_byte_array_append(packed, (const guint8 *)&extent, sizeof(extent));
		g_byte_array_append(packed, (const guint8 *)disk + begin, end - begin);
	}
	return packed;
}

static int add_disk(struct archive *a, const char *work_dir, GError **ret_error)
{
	g_autofree char *image = g_build_filename(work_dir, "disk.img", NULL);
	g_autoptr(GByteArray) packed = NULL;
	g_autoptr(GError) why = NULL;
	g_autofree char *disk = NULL;
	gsize length;
	int err = make_disk(image, ret_error);

	if (err)
		return err;
	if (!g_file_get_contents(image, &disk, &length, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	g_unlink(image);
	packed = pack_extents(disk, length);
	add_entry(a, GUEST_FILE_DISK + 1, S_IFREG | 0644, packed->data, packed->len);
	return 0;
}

/* @folder, relative to @tree: "" is that itself. */
static int add_tree(struct archive *a, const char *tree, const char *folder, GError **ret_error)
{
	g_autofree char *path = g_build_filename(tree, folder, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;
	int err = 0;

	if (!dir)
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT, "%s cannot be read", path);
	if (*folder)
		add_entry(a, folder, S_IFDIR | 0755, NULL, 0);
	while (!err && (name = g_dir_read_name(dir))) {
		g_autofree char *entry =
			*folder ? g_build_filename(folder, name, NULL) : g_strdup(name);
		g_autofree char *whole = g_build_filename(tree, entry, NULL);
		bool executable = g_file_test(whole, G_FILE_TEST_IS_EXECUTABLE);

		if (g_file_test(whole, G_FILE_TEST_IS_DIR))
			err = add_tree(a, tree, entry, ret_error);
		else
			err = add_file(a, entry, S_IFREG | (executable ? 0755 : 0644), whole,
				       ret_error);
	}
	return err;
}

int pb_initramfs_write(const struct pb_initramfs_inputs *inputs, const char *path,
		       GError **ret_error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	struct archive a = {.bytes = bytes};
	g_autoptr(GError) why = NULL;
	int err;

	add_entry(&a, "dev", S_IFDIR | 0755, NULL, 0);
	err = add_file(&a, "init", S_IFREG | 0755, inputs->init, ret_error);
	if (!err)
		err = add_file(&a, GUEST_FILE_AGENT + 1, S_IFREG | 0755, inputs->agent, ret_error);
	if (!err && inputs->module)
		err = add_file(&a, GUEST_FILE_MODULE + 1, S_IFREG | 0644, inputs->module,
			       ret_error);
	if (!err && inputs->work_dir)
		err = add_disk(&a, inputs->work_dir, ret_error);
	if (!err && inputs->tree)
		err = add_tree(&a, inputs->tree, "", ret_error);
	if (err)
		return err;
	add_entry(&a, "TRAILER!!!", 0, NULL, 0);
	if (!g_file_set_contents(path, (const char *)bytes->data, bytes->len, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	return 0;
}
