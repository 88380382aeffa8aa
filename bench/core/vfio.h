/* A PCI device that a program drives by VFIO, with its own IOMMU mappings, of type 1 or an iommufd.
 */
#ifndef PINBENCH_VFIO_H
#define PINBENCH_VFIO_H

#include <stddef.h>
#include <sys/types.h>
#include "bench/core/pci.h"

/* What figures of an emulated IOMMU say, whoever maps by it. */
extern const struct bench_emulated vfio_emulated;

struct vfio {
	struct pci_device pci;
	int container; /* that IOMMU mappings are asked of, or -1 */
	int group;
	int device;
	bool is_open;
};

/*
 * Takes the first device that is a @what (see pci.h) and opens it. Returns as bench_skip() and
 * bench_fail() do: a machine without an IOMMU, or a kernel without VFIO, is a skip. To be closed in
 * any case; a zeroed one may be.
 */
int vfio_open(struct bench_ctx *ctx, uint32_t what, struct vfio *ret_vfio);
/*
 * The same by the device's own file (CONFIG_VFIO_DEVICE_CDEV, Linux 6.6), without a container: it
 * has no mappings, and answers nothing, until an iommufd has it.
 */
int vfio_open_unbound(struct bench_ctx *ctx, uint32_t what, struct vfio *ret_vfio);
void vfio_close(struct vfio *vfio);

/* In the container, for reading and writing by the device. Sizes are of pages. 0 or -errno. */
int vfio_map(const struct vfio *vfio, const void *addr, uint64_t bytes, uint64_t iova);
/* -EPROTO if other than @bytes were mapped there. */
int vfio_unmap(const struct vfio *vfio, uint64_t bytes, uint64_t iova);

/*
 * Where a program's mapping of a BAR begins in vfio->device. 0 or -errno: -ENODEV if it has less
 * than @bytes, or is not to be mapped.
 */
int vfio_bar_offset(const struct vfio *vfio, unsigned int bar, uint64_t bytes,
		    uint64_t *ret_offset);
/* A BAR's first @bytes as a dma-buf of Linux 7.0 and later: a descriptor, or -errno. */
int vfio_export_bar(const struct vfio *vfio, unsigned int bar, size_t bytes);

/*
 * Its command register as a program sees it, and where in vfio->device that is: two bytes, to be
 * written by pwrite(). 0 or -errno.
 */
int vfio_read_command(const struct vfio *vfio, uint16_t *ret_command, off_t *ret_at);

#endif
