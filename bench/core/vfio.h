/* A PCI device that a program drives by VFIO, with its own IOMMU mappings, of type 1. */
#ifndef PINBENCH_VFIO_H
#define PINBENCH_VFIO_H

#include <stddef.h>
#include "bench/core/pci.h"

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
void vfio_close(struct vfio *vfio);

/*
 * Where a program's mapping of a BAR begins in vfio->device. 0 or -errno: -ENODEV if it has less
 * than @bytes, or is not to be mapped.
 */
int vfio_bar_offset(const struct vfio *vfio, unsigned int bar, uint64_t bytes,
		    uint64_t *ret_offset);
/* A BAR's first @bytes as a dma-buf of Linux 7.0 and later: a descriptor, or -errno. */
int vfio_export_bar(const struct vfio *vfio, unsigned int bar, size_t bytes);

#endif
