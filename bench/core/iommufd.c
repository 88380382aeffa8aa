/*
 * iommufd: see iommufd.h. The interface is that of Documentation/userspace-api/iommufd.rst, since
 * Linux 6.2; devices come by VFIO's, since 6.6.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/iommufd.h"

#define IOMMUFD	 "/dev/iommu"
#define PATIENCE 100
#define PAUSE_US 10000

/* Of include/uapi/linux/iommufd.h, which headers older than Linux 6.2 lack; MAP_FILE is of 6.14. */
#define IOMMU_TYPE		 ';'
#define IOMMU_SPACE_ALLOC	 _IO(IOMMU_TYPE, 0x81)
#define IOMMU_SPACE_MAP		 _IO(IOMMU_TYPE, 0x85)
#define IOMMU_SPACE_UNMAP	 _IO(IOMMU_TYPE, 0x86)
#define IOMMU_SPACE_MAP_FILE	 _IO(IOMMU_TYPE, 0x8f)
#define IOMMU_SPACE_FIXED	 (1u << 0)
#define IOMMU_SPACE_WRITEABLE	 (1u << 1)
#define IOMMU_SPACE_READABLE	 (1u << 2)
#define IOMMU_SPACE_AS_ASKED_FOR (IOMMU_SPACE_FIXED | IOMMU_SPACE_WRITEABLE | IOMMU_SPACE_READABLE)

struct space_alloc {
	__u32 size;
	__u32 flags;
	__u32 out_id;
};

struct space_map {
	__u32 size;
	__u32 flags;
	__u32 id;
	__u32 reserved;
	__aligned_u64 addr;
	__aligned_u64 bytes;
	__aligned_u64 iova;
};

struct space_map_file {
	__u32 size;
	__u32 flags;
	__u32 id;
	__s32 fd;
	__aligned_u64 start;
	__aligned_u64 bytes;
	__aligned_u64 iova;
};

struct space_unmap {
	__u32 size;
	__u32 id;
	__aligned_u64 iova;
	__aligned_u64 bytes;
};

/* Of include/uapi/linux/vfio.h since 6.6. */
#define DEVICE_BIND_IOMMUFD   _IO(VFIO_TYPE, VFIO_BASE + 18)
#define DEVICE_ATTACH_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 19)

struct device_bind {
	__u32 argsz;
	__u32 flags;
	__s32 iommufd;
	__u32 out_device;
};

struct device_attach {
	__u32 argsz;
	__u32 flags;
	__u32 space;
};

int iommufd_open(struct bench_ctx *ctx, struct iommufd *ret_iommufd)
{
	struct space_alloc alloc = {.size = sizeof(alloc)};
	int fd = open(IOMMUFD, O_RDWR | O_CLOEXEC);

	*ret_iommufd = (struct iommufd){.fd = fd, .is_open = true};
	if (fd < 0)
		return bench_skip(ctx, IOMMUFD ": %s; needs CONFIG_IOMMUFD (Linux 6.2) and root",
				  strerror(errno));
	if (ioctl(fd, IOMMU_SPACE_ALLOC, &alloc))
		return bench_fail(ctx, errno, "IOMMU_IOAS_ALLOC: %s", strerror(errno));
	ret_iommufd->space = alloc.out_id;
	return 0;
}

void iommufd_close(struct iommufd *i)
{
	if (i->is_open && i->fd >= 0)
		close(i->fd);
	*i = (struct iommufd){.fd = -1};
}

/* A process that was killed has the device, or its group, until the last of its pages is unmapped.
 */
static int bind_patiently(const struct vfio *vfio, struct device_bind *bind)
{
	int err = ioctl(vfio->device, DEVICE_BIND_IOMMUFD, bind);

	for (int tries = 0; err && (errno == EBUSY || errno == EINVAL) && tries < PATIENCE;
	     tries++) {
		usleep(PAUSE_US);
		err = ioctl(vfio->device, DEVICE_BIND_IOMMUFD, bind);
	}
	return err;
}

int iommufd_bind(struct bench_ctx *ctx, const struct iommufd *i, const struct vfio *vfio)
{
	struct device_bind bind = {.argsz = sizeof(bind), .iommufd = i->fd};

	if (bind_patiently(vfio, &bind))
		return bench_skip(ctx,
				  "%s: VFIO_DEVICE_BIND_IOMMUFD: %s; without interrupt remapping "
				  "it wants iommufd.allow_unsafe_interrupts=1",
				  vfio->pci.name, strerror(errno));
	return 0;
}

int iommufd_attach(struct bench_ctx *ctx, const struct iommufd *i, const struct vfio *vfio)
{
	struct device_attach attach = {.argsz = sizeof(attach), .space = i->space};

	if (ioctl(vfio->device, DEVICE_ATTACH_IOMMUFD, &attach))
		return bench_skip(ctx, "%s: VFIO_DEVICE_ATTACH_IOMMUFD_PT: %s", vfio->pci.name,
				  strerror(errno));
	return 0;
}

int iommufd_map(const struct iommufd *i, const void *addr, uint64_t bytes, uint64_t iova)
{
	struct space_map map = {
		.size = sizeof(map),
		.flags = IOMMU_SPACE_AS_ASKED_FOR,
		.id = i->space,
		.addr = (uintptr_t)addr,
		.bytes = bytes,
		.iova = iova,
	};

	return ioctl(i->fd, IOMMU_SPACE_MAP, &map) ? -errno : 0;
}

int iommufd_map_file(const struct iommufd *i, int fd, uint64_t bytes, uint64_t iova)
{
	struct space_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_SPACE_AS_ASKED_FOR,
		.id = i->space,
		.fd = fd,
		.bytes = bytes,
		.iova = iova,
	};

	return ioctl(i->fd, IOMMU_SPACE_MAP_FILE, &map) ? -errno : 0;
}

int iommufd_unmap(const struct iommufd *i, uint64_t bytes, uint64_t iova)
{
	struct space_unmap unmap = {
		.size = sizeof(unmap),
		.id = i->space,
		.iova = iova,
		.bytes = bytes,
	};

	if (ioctl(i->fd, IOMMU_SPACE_UNMAP, &unmap))
		return -errno;
	return unmap.bytes == bytes ? 0 : -EPROTO;
}
