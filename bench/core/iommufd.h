/*
 * An address space of iommufd: what a program maps there, the devices that are attached to it can
 * reach. Nobody need be attached; then the kernel only notes what is mapped.
 */
#ifndef PINBENCH_IOMMUFD_H
#define PINBENCH_IOMMUFD_H

#include "bench/core/vfio.h"

struct iommufd {
	int fd;		/* of /dev/iommu, or -1 */
	uint32_t space; /* the id of its address space */
	bool is_open;
};

/*
 * One with an empty address space. Returns as bench_skip() does: a kernel without iommufd is a
 * skip. To be closed in any case, after the devices that are attached; a zeroed one may be.
 */
int iommufd_open(struct bench_ctx *ctx, struct iommufd *ret_iommufd);
void iommufd_close(struct iommufd *iommufd);
/*
 * The device, opened by vfio_open_unbound(), becomes this iommufd's, until it is closed, and
 * answers. Returns as bench_skip() does, naming the device.
 */
int iommufd_bind(struct bench_ctx *ctx, const struct iommufd *iommufd, const struct vfio *vfio);
/* From now on it reaches what is mapped in the address space. It must be bound. */
int iommufd_attach(struct bench_ctx *ctx, const struct iommufd *iommufd, const struct vfio *vfio);

/* All 0 or -errno. The addresses and sizes are multiples of a page. */

/* For reading and writing by devices, at @iova. */
int iommufd_map(const struct iommufd *iommufd, const void *addr, uint64_t bytes, uint64_t iova);
/* What a descriptor is of, from its beginning: a memfd, or a dma-buf that the kernel takes. */
int iommufd_map_file(const struct iommufd *iommufd, int fd, uint64_t bytes, uint64_t iova);
/* -EPROTO if other than @bytes were mapped there. */
int iommufd_unmap(const struct iommufd *iommufd, uint64_t bytes, uint64_t iova);

#endif
