/* See disks.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lab/native/disks.h"
#include "lab/native/sysfs.h"

#define SECTOR 512

/* "nvme0n1": not a path of it ("nvme0c0n1"), and no partition. */
static bool is_namespace(const char *name)
{
	int controller, number;
	char rest;

	return sscanf(name, "nvme%dn%d%c", &controller, &number, &rest) == 2;
}

/* The device of its controller, the last one on its path. To be freed; NULL for one that has none.
 */
static char *device_of(const char *root, const char *disk)
{
	g_autofree char *real = pb_sysfs_real(root, "/sys/block/%s", disk);
	g_auto(GStrv) parts = NULL;
	g_autoptr(GPtrArray) controllers = NULL;
	char *device = NULL;

	parts = g_strsplit(real ? real : "", "/", -1);
	for (char **part = parts; *part; part++) {
		if (!pb_sysfs_is_pci_name(*part))
			continue;
		g_free(device);
		device = g_strdup(*part);
	}
	if (device || !real)
		return device;
	/* With multipath the disk is its subsystem's, which links to the controllers. */
	controllers = pb_sysfs_list(root, "/sys/block/%s/device", disk);
	for (guint i = 0; i < controllers->len && !device; i++) {
		const char *name = controllers->pdata[i];

		if (g_str_has_prefix(name, "nvme") && !strchr(name + 4, 'n'))
			device = pb_sysfs_link(root, "/sys/block/%s/device/%s/device", disk, name);
	}
	return device;
}

/*
 * The mount point of the block device @name with the number "259:1", or NULL. To be freed. btrfs
 * has a number of its own, but names the device behind the dash.
 */
static char *mount_of(const char *mounts, const char *name, const char *number)
{
	g_auto(GStrv) lines = g_strsplit(mounts ? mounts : "", "\n", -1);
	g_autofree char *path = g_strdup_printf("/dev/%s", name);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);
		guint count = g_strv_length(words);

		if (count < 5)
			continue;
		for (guint i = 5; i + 2 < count; i++) {
			if (!strcmp(words[i], "-") && !strcmp(words[i + 2], path))
				return g_strdup(words[4]);
		}
		if (number && !strcmp(words[2], number))
			return g_strdup(words[4]);
	}
	return NULL;
}

static bool is_swap(const char *swaps, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(swaps ? swaps : "", "\n", -1);
	g_autofree char *path = g_strdup_printf("/dev/%s", name);

	for (char **line = lines; *line; line++) {
		if (strcspn(*line, " \t") == strlen(path) && g_str_has_prefix(*line, path))
			return true;
	}
	return false;
}

struct tables {
	char *mounts;
	char *swaps;
};

/* Why the block device @name, whose files are in @path, is held; NULL if it is not. */
static char *holder_of(const char *root, const struct tables *tables, const char *path,
		       const char *name)
{
	g_autoptr(GPtrArray) holders = pb_sysfs_list(root, "%s/holders", path);
	g_autofree char *number = pb_sysfs_read(root, "%s/dev", path);
	g_autofree char *mount = mount_of(tables->mounts, name, number);

	if (mount)
		return g_strdup_printf("%s is mounted at %s", name, mount);
	if (is_swap(tables->swaps, name))
		return g_strdup_printf("%s is swap", name);
	if (holders->len)
		return g_strdup_printf("%s is part of %s", name, (char *)holders->pdata[0]);
	return NULL;
}

/* @folder: where its files are, "/sys/block" of whole disks, "/sys/class/block" of any. */
static char *held_by(const char *root, const struct tables *tables, const char *folder,
		     const char *disk)
{
	g_autofree char *path = g_strdup_printf("%s/%s", folder, disk);
	g_autoptr(GPtrArray) parts = pb_sysfs_list(root, "%s", path);
	char *held = holder_of(root, tables, path, disk);

	for (guint i = 0; i < parts->len && !held; i++) {
		g_autofree char *part = g_strdup_printf("%s/%s", path, (char *)parts->pdata[i]);
		guint64 number;

		if (pb_sysfs_number(root, &number, "%s/partition", part))
			held = holder_of(root, tables, part, parts->pdata[i]);
	}
	return held;
}

/*
 * What no table has (ZFS, btrfs on several disks, a program) the kernel knows: a disk that somebody
 * claimed, or a part of it, cannot be opened to be claimed once more. Nothing is read from it.
 */
static char *claimed(const char *disk)
{
	g_autofree char *path = g_strdup_printf("/dev/%s", disk);
	int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	int err = errno;

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (err == EBUSY)
		return g_strdup_printf("somebody has %s for himself", disk);
	return g_strdup_printf("whether it is in use is not known: %s: %s", path, strerror(err));
}

char *pb_disk_held(const char *disk)
{
	g_autofree char *mounts = pb_sysfs_read("", "/proc/self/mountinfo");
	g_autofree char *swaps = pb_sysfs_read("", "/proc/swaps");
	const struct tables tables = {mounts, swaps};
	char *held = held_by("", &tables, "/sys/class/block", disk);

	return held ? held : claimed(disk);
}

json_t *pb_doctor_disks(const char *root)
{
	g_autoptr(GPtrArray) disks = pb_sysfs_list(root, "/sys/block");
	g_autofree char *mounts = pb_sysfs_read(root, "/proc/self/mountinfo");
	g_autofree char *swaps = pb_sysfs_read(root, "/proc/swaps");
	const struct tables tables = {mounts, swaps};
	json_t *list = json_array();

	for (guint i = 0; i < disks->len; i++) {
		const char *disk = disks->pdata[i];
		g_autofree char *device = NULL, *held = NULL;
		guint64 sectors = 0;

		if (!is_namespace(disk))
			continue;
		device = device_of(root, disk);
		held = held_by(root, &tables, "/sys/block", disk);
		if (!held && !*root)
			held = claimed(disk);
		pb_sysfs_number(root, &sectors, "/sys/block/%s/size", disk);
		json_array_append_new(
			list, json_pack("{s:s, s:s*, s:I, s:s*}", "disk", disk, "device", device,
					"bytes", (json_int_t)(sectors * SECTOR), "held", held));
	}
	return list;
}
