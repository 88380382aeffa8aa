/*
 * What the benchmarks of family iommu share: whose IOMMU it is, a user of it that maps by VFIO's
 * type 1 or by iommufd, and what the kernel charges this process for what is mapped.
 */
#ifndef PINBENCH_BENCH_IOMMU_H
#define PINBENCH_BENCH_IOMMU_H

#include "bench/core/iommufd.h"
#include "bench/core/pins.h"

#define IOMMU_PAGE_BYTES 4096ul
/* Where devices find what is mapped: above what is below 4 GiB, at a multiple of 1 GiB. */
#define IOMMU_IOVA (4ull << 30)

extern const struct bench_param iommu_param_iommu;
extern const struct bench_param iommu_param_api;
extern const struct bench_param iommu_param_domain;

/* Whether the IOMMU that a device is behind is the one that the case asks for; a skip if not. */
int iommu_check(struct bench_ctx *ctx, const struct pci_device *device);

/*
 * Opens a @what (see pci.h) by VFIO, which becomes @iommufd's, and if @attached reaches what is
 * mapped there. Returns as bench_skip() does. To be closed in any case, before @iommufd.
 */
int iommu_give(struct bench_ctx *ctx, const struct iommufd *iommufd, uint32_t what, bool attached,
	       struct vfio *ret_vfio);

struct iommu_user {
	struct vfio vfio;
	struct iommufd iommufd; /* open if it maps by that */
};

/*
 * By the case's api: opens a device, and its address space; by iommufd without @attached an address
 * space that no device is attached to. Returns as bench_skip() does. To be closed in any case; a
 * zeroed one may be.
 */
int iommu_user_open(struct bench_ctx *ctx, bool attached, struct iommu_user *ret_user);
void iommu_user_close(struct iommu_user *user);

/* A part of the memory, for measured calls: mapped for reading and writing, and unmapped. */
struct iommu_range {
	const struct iommu_user *user;
	void *addr;
	uint64_t bytes;
	uint64_t iova;
};

int iommu_call_map(void *range);
int iommu_call_unmap(void *range);

/* What is pinned, and charged to this process. */
struct iommu_account {
	struct pins pins;      /* of the whole machine */
	uint64_t vm_lck_bytes; /* mm->locked_vm */
	uint64_t vm_pin_bytes; /* mm->pinned_vm */
};

/* Returns as bench_fail() does. */
int iommu_account_read(struct bench_ctx *ctx, struct iommu_account *ret_account);
/* Facts: what came to what there was @before, while it was mapped. */
void iommu_account_tell(struct bench_ctx *ctx, const struct iommu_account *before,
			const struct iommu_account *mapped);
/* Fails the case if what there was @before is not what there is now, with all unmapped. */
int iommu_account_check(struct bench_ctx *ctx, const struct iommu_account *before);

#endif
