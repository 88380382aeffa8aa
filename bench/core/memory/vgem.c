/*
 * Buffers of vgem: see vgem.h. The requests are those of include/uapi/drm/drm.h and drm_mode.h,
 * which a machine without the graphics libraries' headers lacks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/memory/vgem.h"

#define MAX_DEVICES 16
#define PIXEL_BITS  32
/* A row is a page. */
#define PAGE_BYTES 4096
#define ROW_PIXELS 1024

struct version {
	int32_t number[3];
	size_t name_bytes;
	char *name;
	size_t date_bytes;
	char *date;
	size_t text_bytes;
	char *text;
};

struct gem_close {
	uint32_t handle;
	uint32_t pad;
};

struct create_dumb {
	uint32_t height;
	uint32_t width;
	uint32_t bpp;
	uint32_t flags;
	uint32_t handle; /* out, as the rest is */
	uint32_t pitch;
	uint64_t bytes;
};

struct prime_handle {
	uint32_t handle;
	uint32_t flags;
	int32_t fd;
};

#define IOC_VERSION	       _IOWR('d', 0x00, struct version)
#define IOC_GEM_CLOSE	       _IOW('d', 0x09, struct gem_close)
#define IOC_PRIME_HANDLE_TO_FD _IOWR('d', 0x2d, struct prime_handle)
#define IOC_CREATE_DUMB	       _IOWR('d', 0xb2, struct create_dumb)

static int is_vgem(int fd)
{
	char name[16] = "";
	struct version version = {.name_bytes = sizeof(name) - 1, .name = name};

	return !ioctl(fd, IOC_VERSION, &version) && !strcmp(name, "vgem");
}

int vgem_open(void)
{
	char path[32];
	int fd;

	for (int i = 0; i < MAX_DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (is_vgem(fd))
			return fd;
		close(fd);
	}
	return -ENODEV;
}

int vgem_export(int device, size_t bytes)
{
	struct create_dumb dumb = {
		.height = (uint32_t)(bytes / PAGE_BYTES),
		.width = ROW_PIXELS,
		.bpp = PIXEL_BITS,
	};
	struct prime_handle prime = {.flags = O_RDWR | O_CLOEXEC, .fd = -1};
	struct gem_close handle = {0};
	int err = 0;

	if (ioctl(device, IOC_CREATE_DUMB, &dumb))
		return -errno;
	prime.handle = handle.handle = dumb.handle;
	if (ioctl(device, IOC_PRIME_HANDLE_TO_FD, &prime))
		err = -errno;
	/* The dma-buf has it from here on. */
	ioctl(device, IOC_GEM_CLOSE, &handle);
	return err ? err : prime.fd;
}
