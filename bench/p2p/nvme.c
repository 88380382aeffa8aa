/* NVMe drives: see nvme.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/p2p/nvme.h"

#define CLASS	    "/sys/class/nvme"
#define DISK_SERIAL "pinbench-disk"
#define PATIENCE    200
#define PAUSE_NS    10000000

typedef bool (*controller_check)(const char *name);

static bool has_memory(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), CLASS "/%s/device/p2pmem/allocate", name);
	return !access(path, R_OK | W_OK);
}

static bool is_our_disk(const char *name)
{
	char path[512], serial[64];

	snprintf(path, sizeof(path), CLASS "/%s/serial", name);
	if (sysfile_read(path, serial, sizeof(serial)))
		return false;
	serial[strcspn(serial, " ")] = '\0';
	return !strcmp(serial, DISK_SERIAL);
}

/* The one with the first name that passes. */
static bool find_controller(controller_check check, char *ret_name, size_t bytes)
{
	DIR *dir = opendir(CLASS);
	const struct dirent *entry;

	*ret_name = '\0';
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !check(entry->d_name))
			continue;
		if (!*ret_name || strcmp(entry->d_name, ret_name) < 0)
			snprintf(ret_name, bytes, "%.*s", (int)bytes - 1, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return *ret_name;
}

static int find_device(struct bench_ctx *ctx, const char *controller, struct pci_device *ret_device)
{
	char path[512], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), CLASS "/%s/device", controller);
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	if (length < 0 || !strrchr(target, '/') ||
	    pci_parse_name(strrchr(target, '/') + 1, ret_device))
		return bench_skip(ctx, "%s is no PCI device", controller);
	return 0;
}

int nvme_find_memory(struct bench_ctx *ctx, struct pci_device *ret_device)
{
	char controller[64];

	if (!find_controller(has_memory, controller, sizeof(controller)))
		return bench_skip(ctx, "no NVMe drive has a controller memory buffer that programs "
				       "can have (p2pmem/allocate): Linux 6.2 and later, "
				       "CONFIG_PCI_P2PDMA");
	return find_device(ctx, controller, ret_device);
}

/* The first namespace of it, which the driver finds some time after the drive. */
static int open_namespace(const char *controller)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	char path[128];
	int fd = -1;

	snprintf(path, sizeof(path), "/dev/%.64sn1", controller);
	for (int tries = 0; fd < 0 && tries < PATIENCE; tries++) {
		fd = open(path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			break;
		if (fd < 0)
			nanosleep(&pause, NULL);
	}
	return fd < 0 ? -errno : fd;
}

static int check_bytes(struct bench_ctx *ctx, const char *path, int fd, uint64_t bytes)
{
	uint64_t all = 0;

	if (!ioctl(fd, BLKGETSIZE64, &all) && all >= bytes)
		return 0;
	return bench_skip(ctx, "%s has %llu bytes, and %llu are wanted: see io and depth", path,
			  (unsigned long long)all, (unsigned long long)bytes);
}

/* The PCI device that a disk hangs on is the last in its path that is one. */
static int find_device_of_disk(struct bench_ctx *ctx, const char *path,
			       struct pci_device *ret_device)
{
	char link[64], whole[PATH_MAX], *slash;
	struct stat info;

	if (stat(path, &info) || !S_ISBLK(info.st_mode))
		return bench_skip(ctx, "%s is no block device", path);
	/* By its number: a path is whatever somebody made of it. */
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(info.st_rdev),
		 minor(info.st_rdev));
	if (!realpath(link, whole))
		return bench_skip(ctx, "%s, device %s: %s", path, link, strerror(errno));
	while ((slash = strrchr(whole, '/'))) {
		if (!pci_parse_name(slash + 1, ret_device))
			return 0;
		*slash = '\0';
	}
	return bench_skip(ctx, "%s is on no PCI device", path);
}

static int open_named(struct bench_ctx *ctx, const char *path, struct pci_device *ret_device,
		      int *ret_fd)
{
	int err = find_device_of_disk(ctx, path, ret_device);

	if (err)
		return err;
	*ret_fd = open(path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
	return *ret_fd < 0 ? bench_skip(ctx, "%s of %s: %s; is it in use?", path, ret_device->name,
					strerror(errno))
			   : 0;
}

static int open_ours(struct bench_ctx *ctx, struct pci_device *ret_device, int *ret_fd)
{
	char controller[64];
	int err;

	if (!find_controller(is_our_disk, controller, sizeof(controller)))
		return bench_skip(ctx, "no NVMe drive was made for this (serial " DISK_SERIAL
				       ") or named, and no other is written to");
	err = find_device(ctx, controller, ret_device);
	if (err)
		return err;
	*ret_fd = open_namespace(controller);
	if (*ret_fd >= 0)
		return 0;
	return bench_fail(ctx, *ret_fd, "/dev/%sn1 of %s: %s", controller, ret_device->name,
			  strerror(-*ret_fd));
}

int nvme_open_disk(struct bench_ctx *ctx, uint64_t bytes, struct pci_device *ret_device,
		   int *ret_fd)
{
	const char *named = bench_named_device(ctx, "disk");
	int err = named ? open_named(ctx, named, ret_device, ret_fd)
			: open_ours(ctx, ret_device, ret_fd);

	return err ? err : check_bytes(ctx, named ? named : "the disk", *ret_fd, bytes);
}
