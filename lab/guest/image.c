/* Guests in the cache: see image.h. */
#include <errno.h>
#include <string.h>
#include "lab/guest/guest.h"
#include "lab/guest/image.h"
#include "lab/guest/initramfs.h"
#include "lab/util/files.h"
#include "lab/util/unused.h"
#include "reports/error.h"

/* Changes whenever the way in which a guest is made does. */
#define RECIPE "2"
/* Its contents are the hash of the initramfs. */
#define STAMP_FILE "complete"
/* 15 to 35 MiB each, three a kernel. One that is in use was touched when its run began. */
#define KEEP_NEWEST 24
#define SPACE_BYTES (512ull << 20)

static int compute_key(const struct pb_kernel *kernel, const struct pb_machine *machine,
		       const struct pb_image_parts *parts, char **ret_key, GError **ret_error)
{
	g_autofree char *init = NULL, *agent = NULL, *module = NULL, *mkfs = NULL;

	if (pb_sha256_file(parts->init, &init, ret_error) ||
	    pb_sha256_file(parts->agent, &agent, ret_error) ||
	    pb_sha256_file(parts->module, &module, ret_error) ||
	    pb_initramfs_mkfs_version(&mkfs, ret_error))
		return -EIO;
	const char *const all[] = {RECIPE,
				   kernel->vmlinux_sha256,
				   machine->sha256,
				   machine->snapshot ? "saved" : "booted",
				   init,
				   agent,
				   module,
				   mkfs,
				   NULL};
	g_autofree char *sha256 = pb_sha256_strings(all);

	*ret_key = g_strndup(sha256, 32);
	return 0;
}

static int make(struct pb_image *image, const struct pb_kernel *kernel,
		const struct pb_machine *machine, const struct pb_image_parts *parts,
		guint hang_seconds, struct pb_guest_end *ret_end, GError **ret_error)
{
	struct pb_initramfs_inputs inputs = {
		.init = parts->init,
		.agent = parts->agent,
		.module = parts->module,
		.work_dir = image->directory,
	};
	struct pb_guest guest = {
		.machine = machine,
		.vmlinux = kernel->vmlinux,
		.initramfs = image->initramfs,
		.directory = image->directory,
		.hang_seconds = hang_seconds,
	};
	int err = pb_require_space(image->directory, SPACE_BYTES, ret_error);

	if (!err)
		err = pb_initramfs_write(&inputs, image->initramfs, ret_error);
	if (!err && image->snapshot)
		err = pb_guest_snapshot(&guest, image->snapshot, ret_end, ret_error);
	return err;
}

static struct pb_image *image_at(const char *guests, const char *key, bool has_snapshot)
{
	struct pb_image *image = g_new0(struct pb_image, 1);

	image->directory = g_build_filename(guests, key, NULL);
	image->initramfs = g_build_filename(image->directory, "initramfs", NULL);
	image->boot_console = g_build_filename(image->directory, PB_MACHINE_CONSOLE, NULL);
	image->boot_events = g_build_filename(image->directory, PB_MACHINE_EVENTS, NULL);
	if (has_snapshot)
		image->snapshot = g_build_filename(image->directory, "snapshot", NULL);
	return image;
}

static int write_stamp(const struct pb_image *image, const char *stamp, GError **ret_error)
{
	g_autofree char *sha256 = NULL;
	int err = pb_sha256_file(image->initramfs, &sha256, ret_error);

	return err ? err : pb_write_atomic(stamp, sha256, ret_error);
}

int pb_image_get(const struct pb_kernel *kernel, const struct pb_machine *machine,
		 const struct pb_image_parts *parts, guint hang_seconds,
		 struct pb_progress *progress, struct pb_image **ret_image,
		 struct pb_guest_end *ret_end, GError **ret_error)
{
	g_autofree char *guests = NULL, *key = NULL, *lock_path = NULL, *stamp = NULL;
	g_autoptr(pb_image) image = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int err = pb_cache_dir(&guests, ret_error, "guests", NULL);

	*ret_end = (struct pb_guest_end){0};
	if (!err)
		err = compute_key(kernel, machine, parts, &key, ret_error);
	if (err)
		return err;
	image = image_at(guests, key, machine->snapshot);
	stamp = g_build_filename(image->directory, STAMP_FILE, NULL);
	lock_path = g_strconcat(image->directory, ".lock", NULL);
	err = pb_lock_acquire(lock_path, progress, &lock, ret_error);
	if (!err && !g_file_test(stamp, G_FILE_TEST_EXISTS)) {
		pb_progress_stage(progress, "booting kernel %s on machine %s", kernel->release,
				  machine->name);
		err = pb_remove_tree(image->directory, ret_error);
		if (!err)
			err = pb_make_directory(image->directory, ret_error);
		if (!err)
			err = make(image, kernel, machine, parts, hang_seconds, ret_end, ret_error);
		if (!err && !ret_end->failure)
			err = write_stamp(image, stamp, ret_error);
		pb_drop_unused(guests, STAMP_FILE, KEEP_NEWEST);
	}
	if (err)
		return err;
	if (!ret_end->failure)
		pb_mark_used(image->directory, STAMP_FILE);
	g_file_get_contents(stamp, &image->initramfs_sha256, NULL, NULL);
	*ret_image = g_steal_pointer(&image);
	return 0;
}

void pb_image_free(struct pb_image *image)
{
	if (!image)
		return;
	g_free(image->directory);
	g_free(image->initramfs);
	g_free(image->initramfs_sha256);
	g_free(image->snapshot);
	g_free(image->boot_console);
	g_free(image->boot_events);
	g_free(image);
}
