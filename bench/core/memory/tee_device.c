/* The module's software TEE device: see tee_device.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/tee.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "pinbench/uapi.h"
#include "bench/core/memory/tee_device.h"

/* Of the kernel's TEE_NUM_DEVICES, those for clients. */
#define MAX_DEVICES 16

/* Another TEE may be there, and another of ours: the version tells them apart. */
static int open_ours(const struct pinbench_tee_create *created)
{
	struct tee_ioctl_version_data version;
	char path[32];

	for (int i = 0; i < MAX_DEVICES; i++) {
		int fd;

		snprintf(path, sizeof(path), "/dev/tee%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!ioctl(fd, TEE_IOC_VERSION, &version) && version.impl_id == created->impl_id &&
		    version.impl_caps == created->impl_caps)
			return fd;
		close(fd);
	}
	return -1;
}

int tee_device_open(struct bench_ctx *ctx, int *ret_fd)
{
	struct pinbench_tee_create created;

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_TEE_CREATE, &created)) {
		if (errno == EOPNOTSUPP)
			return bench_skip(ctx, "this kernel has no TEE subsystem (CONFIG_TEE)");
		return bench_fail(ctx, errno, "the module cannot make a TEE device: %s",
				  strerror(errno));
	}
	*ret_fd = open_ours(&created);
	if (*ret_fd < 0)
		return bench_fail(ctx, ENODEV, "the module's TEE device did not appear in /dev");
	return 0;
}

int tee_device_register(int fd, void *addr, size_t bytes)
{
	struct tee_ioctl_shm_register_data data = {.addr = (uintptr_t)addr, .length = bytes};
	int shm = ioctl(fd, TEE_IOC_SHM_REGISTER, &data);

	return shm < 0 ? -errno : shm;
}

int tee_device_alloc(int fd, size_t bytes)
{
	struct tee_ioctl_shm_alloc_data data = {.size = bytes};
	int shm = ioctl(fd, TEE_IOC_SHM_ALLOC, &data);

	return shm < 0 ? -errno : shm;
}
