/* VFIO: see vfio.h. The interface is that of Documentation/driver-api/vfio.rst. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/vfio.h"

#define CONTAINER "/dev/vfio/vfio"
#define PATIENCE  100
#define PAUSE_US  10000

/* Of include/uapi/linux/vfio.h since 6.19, which older headers lack. */
#ifndef VFIO_DEVICE_FEATURE_DMA_BUF
#define VFIO_DEVICE_FEATURE_DMA_BUF 11
struct vfio_region_dma_range {
	__u64 offset;
	__u64 length;
};

struct vfio_device_feature_dma_buf {
	__u32 region_index;
	__u32 open_flags;
	__u32 flags;
	__u32 nr_ranges;
	struct vfio_region_dma_range dma_ranges[];
};
#endif

const struct bench_emulated vfio_emulated = {
	.says = "the instructions of the kernel's path, and what it pins and charges",
	.cannot_say = "what an IOMMU takes to walk its tables and to forget what it knew of them, "
		      "and bandwidth",
};

/* A process that was killed has its group until the last of its pages is unmapped. */
static int open_patiently(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	for (int tries = 0; fd < 0 && errno == EBUSY && tries < PATIENCE; tries++) {
		usleep(PAUSE_US);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	return fd;
}

static int open_group(struct bench_ctx *ctx, struct vfio *v)
{
	char path[512], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", v->pci.name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return bench_skip(ctx, "%s is in no IOMMU group: is there an IOMMU, and is it on?",
				  v->pci.name);
	target[length] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(target, '/') + 1);
	v->group = open_patiently(path);
	return v->group < 0 ? bench_skip(ctx, "%s: %s", path, strerror(errno)) : 0;
}

static int explain(struct bench_ctx *ctx, const char *what)
{
	return bench_skip(ctx, "%s: %s", what, strerror(errno));
}

static int open_all(struct bench_ctx *ctx, struct vfio *v)
{
	int err;

	v->container = open(CONTAINER, O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return bench_skip(ctx, CONTAINER ": %s; needs CONFIG_VFIO_IOMMU_TYPE1 and root",
				  strerror(errno));
	err = open_group(ctx, v);
	if (err)
		return err;
	if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container))
		return explain(ctx, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return explain(ctx, "VFIO_SET_IOMMU: no type 1 of this IOMMU");
	v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, v->pci.name);
	return v->device < 0 ? explain(ctx, "VFIO_GROUP_GET_DEVICE_FD") : 0;
}

int vfio_open(struct bench_ctx *ctx, uint32_t what, struct vfio *ret_vfio)
{
	int err;

	*ret_vfio = (struct vfio){.container = -1, .group = -1, .device = -1, .is_open = true};
	err = pci_give(ctx, what, "vfio-pci", &ret_vfio->pci);
	return err ? err : open_all(ctx, ret_vfio);
}

/* The folder has one entry, which is called as the file below /dev is. */
static int find_own_file(const struct vfio *v, char *ret_path, size_t bytes)
{
	char folder[512];
	const struct dirent *entry;
	int err = -ENOENT;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/sys/bus/pci/devices/%s/vfio-dev", v->pci.name);
	dir = opendir(folder);
	while (dir && err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(ret_path, bytes, "/dev/vfio/devices/%s", entry->d_name);
		err = 0;
	}
	if (dir)
		closedir(dir);
	return err;
}

int vfio_open_unbound(struct bench_ctx *ctx, uint32_t what, struct vfio *ret_vfio)
{
	char path[512];
	int err;

	*ret_vfio = (struct vfio){.container = -1, .group = -1, .device = -1, .is_open = true};
	err = pci_give(ctx, what, "vfio-pci", &ret_vfio->pci);
	if (err)
		return err;
	if (find_own_file(ret_vfio, path, sizeof(path)))
		return bench_skip(ctx,
				  "%s has no file of its own; needs CONFIG_VFIO_DEVICE_CDEV "
				  "(Linux 6.6)",
				  ret_vfio->pci.name);
	ret_vfio->device = open_patiently(path);
	return ret_vfio->device < 0
		       ? bench_skip(ctx, "%s: %s: %s", ret_vfio->pci.name, path, strerror(errno))
		       : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void vfio_close(struct vfio *v)
{
	if (!v->is_open)
		return;
	close_fd(&v->device);
	close_fd(&v->group);
	close_fd(&v->container);
	pci_take_back(&v->pci);
}

int vfio_map(const struct vfio *v, const void *addr, uint64_t bytes, uint64_t iova)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)addr,
		.iova = iova,
		.size = bytes,
	};

	return ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int vfio_unmap(const struct vfio *v, uint64_t bytes, uint64_t iova)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = bytes,
	};

	if (ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	return unmap.size == bytes ? 0 : -EPROTO;
}

int vfio_bar_offset(const struct vfio *v, unsigned int bar, uint64_t bytes, uint64_t *ret_offset)
{
	struct vfio_region_info info = {.argsz = sizeof(info), .index = bar};

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	if (info.size < bytes || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return -ENODEV;
	*ret_offset = info.offset;
	return 0;
}

int vfio_export_bar(const struct vfio *v, unsigned int bar, size_t bytes)
{
	struct {
		struct vfio_device_feature head;
		struct vfio_device_feature_dma_buf export;
		struct vfio_region_dma_range range;
	} feature = {
		.head = {.argsz = sizeof(feature),
			 .flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF},
		.export = {.region_index = bar, .open_flags = O_RDWR | O_CLOEXEC, .nr_ranges = 1},
		.range = {.length = bytes},
	};
	int fd = ioctl(v->device, VFIO_DEVICE_FEATURE, &feature);

	return fd < 0 ? -errno : fd;
}

int vfio_read_command(const struct vfio *v, uint16_t *ret_command, off_t *ret_at)
{
	struct vfio_region_info config = {.argsz = sizeof(config),
					  .index = VFIO_PCI_CONFIG_REGION_INDEX};
	ssize_t got;

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &config))
		return -errno;
	*ret_at = (off_t)config.offset + PCI_COMMAND;
	got = pread(v->device, ret_command, sizeof(*ret_command), *ret_at);
	if (got < 0)
		return -errno;
	return got == sizeof(*ret_command) ? 0 : -EIO;
}
