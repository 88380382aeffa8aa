/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels, each decided by a probe in probes/ that was
 * compiled against the target tree. Nothing else in kernel-side/ asks which
 * kernel this is.
 */
#ifndef PINBENCH_COMPAT_H
#define PINBENCH_COMPAT_H

#include <linux/dma-buf.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "compat_config.h"
#if HAVE_DMA_BUF_PHYS_VEC_TO_SGT
#include <linux/dma-buf-mapping.h>
#include <linux/pci-p2pdma.h>
#endif
#if IS_ENABLED(CONFIG_BLOCK)
#include <linux/blk-mq.h>
#endif
#if HAVE_PFN_T
#include <linux/pfn_t.h>
#endif

/* pin_user_pages*() lost their vmas argument in 6.5. */
#if HAVE_PIN_USER_PAGES_VMAS
static inline long compat_pin_user_pages(unsigned long start, unsigned long nr, unsigned int foll,
					 struct page **pages)
{
	return pin_user_pages(start, nr, foll, pages, NULL);
}

static inline long compat_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
						unsigned long nr, unsigned int foll,
						struct page **pages)
{
	return pin_user_pages_remote(mm, start, nr, foll, pages, NULL, NULL);
}
#else
static inline long compat_pin_user_pages(unsigned long start, unsigned long nr, unsigned int foll,
					 struct page **pages)
{
	return pin_user_pages(start, nr, foll, pages);
}

static inline long compat_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
						unsigned long nr, unsigned int foll,
						struct page **pages)
{
	return pin_user_pages_remote(mm, start, nr, foll, pages, NULL);
}
#endif

/* Folio pins came with 6.11. Without them the method tables have no entry either. */
#if HAVE_MEMFD_PIN_FOLIOS && !HAVE_UNPIN_FOLIOS
#error "memfd_pin_folios() without unpin_folios(): what it pins could not be given back"
#endif
#if HAVE_MEMFD_PIN_FOLIOS
#define compat_memfd_pin_folios memfd_pin_folios
#else
static inline long compat_memfd_pin_folios(struct file *memfd, loff_t start, loff_t end,
					   struct folio **folios, unsigned int max, pgoff_t *offset)
{
	return -EOPNOTSUPP;
}
#endif

#if HAVE_UNPIN_FOLIOS
#define compat_unpin_folios unpin_folios
#else
static inline void compat_unpin_folios(struct folio **folios, unsigned long nr)
{
}
#endif

#if HAVE_UNPIN_USER_FOLIO
#define compat_unpin_user_folio unpin_user_folio
#else
static inline void compat_unpin_user_folio(struct folio *folio, unsigned long nr)
{
}
#endif

/* The callback of a move, and its caller, were renamed in 7.0. */
#if HAVE_DMA_BUF_INVALIDATE_MAPPINGS
#define COMPAT_INVALIDATE	  invalidate_mappings
#define compat_dma_buf_invalidate dma_buf_invalidate_mappings
#define compat_attach_revocable	  dma_buf_attach_revocable
#else
#define COMPAT_INVALIDATE	  move_notify
#define compat_dma_buf_invalidate dma_buf_move_notify
static inline bool compat_attach_revocable(struct dma_buf_attachment *attachment)
{
	return false;
}
#endif

/*
 * A table of physical ranges of a BAR. The first is called when a driver binds its device, and what
 * it makes goes with the driver. Without them there are -EOPNOTSUPP, which is no error of the
 * first.
 */
#if HAVE_DMA_BUF_PHYS_VEC_TO_SGT && IS_ENABLED(CONFIG_PCI_P2PDMA)
#define compat_p2pdma_init	  pcim_p2pdma_init
#define compat_dma_buf_free_table dma_buf_free_sgt
#define COMPAT_HAS_RANGES	  1
typedef struct phys_vec compat_range;

static inline struct sg_table *compat_dma_buf_map_ranges(struct dma_buf_attachment *attachment,
							 struct pci_dev *pdev, u32 bar,
							 compat_range *ranges, size_t nr,
							 size_t bytes,
							 enum dma_data_direction direction)
{
	return dma_buf_phys_vec_to_sgt(attachment, pcim_p2pdma_provider(pdev, bar), ranges, nr,
				       bytes, direction);
}
#else
#define COMPAT_HAS_RANGES 0
typedef struct {
	phys_addr_t paddr;
	size_t len;
} compat_range;

static inline int compat_p2pdma_init(struct pci_dev *pdev)
{
	return 0;
}

static inline struct sg_table *compat_dma_buf_map_ranges(struct dma_buf_attachment *attachment,
							 struct pci_dev *pdev, u32 bar,
							 compat_range *ranges, size_t nr,
							 size_t bytes,
							 enum dma_data_direction direction)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void compat_dma_buf_free_table(struct dma_buf_attachment *attachment,
					     struct sg_table *sgt,
					     enum dma_data_direction direction)
{
}
#endif

#if HAVE_IMPORT_NS_STRING
#define COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#else
#define COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#endif

/* Programs got memory of PCI devices with pages in 6.2. */
#if HAVE_FOLL_PCI_P2PDMA
#define COMPAT_FOLL_PCI_P2PDMA FOLL_PCI_P2PDMA
#else
#define COMPAT_FOLL_PCI_P2PDMA 0
#endif

/* Renamed in 6.6. */
#if HAVE_SG_DMA_IS_BUS_ADDRESS
#define compat_sg_is_bus_address sg_dma_is_bus_address
#else
#define compat_sg_is_bus_address sg_is_dma_bus_address
#endif

/* The flags of a mapping are set by a function since 6.3. */
#if HAVE_VM_FLAGS_SET
#define compat_vm_flags_set vm_flags_set
#else
static inline void compat_vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}
#endif

#if HAVE_PFN_T
static inline vm_fault_t compat_vmf_insert_mixed(struct vm_area_struct *vma, unsigned long address,
						 unsigned long pfn)
{
	return vmf_insert_mixed(vma, address, __pfn_to_pfn_t(pfn, 0));
}

static inline vm_fault_t compat_vmf_insert_pfn_pmd(struct vm_fault *vmf, unsigned long pfn,
						   bool write)
{
	return vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(pfn, 0), write);
}
#else
#define compat_vmf_insert_mixed	  vmf_insert_mixed
#define compat_vmf_insert_pfn_pmd vmf_insert_pfn_pmd
#endif

/* COMPAT_HUGE_FAULT(name, handler): @name is what goes into .huge_fault. Whole PMDs alone. */
#if HAVE_HUGE_FAULT_ORDER
#define COMPAT_HUGE_FAULT(name, handler)                                                   \
	static vm_fault_t name(struct vm_fault *vmf, unsigned int order)                   \
	{                                                                                  \
		return order == PMD_SHIFT - PAGE_SHIFT ? handler(vmf) : VM_FAULT_FALLBACK; \
	}
#else
#define COMPAT_HUGE_FAULT(name, handler)                                        \
	static vm_fault_t name(struct vm_fault *vmf, enum page_entry_size size) \
	{                                                                       \
		return size == PE_SIZE_PMD ? handler(vmf) : VM_FAULT_FALLBACK;  \
	}
#endif

/*
 * The PFN that is mapped at an address; *ret_leaf_bytes: of the entry that maps it, as far as the
 * kernel tells. The mmap lock is held. 0 or -EINVAL, where nothing is mapped, or it is no mapping
 * of PFNs.
 */
#if HAVE_FOLLOW_PFNMAP_START
static inline int compat_follow_pfn(struct vm_area_struct *vma, unsigned long address,
				    unsigned long *ret_leaf_bytes)
{
	struct follow_pfnmap_args args = {.vma = vma, .address = address};
	int err = follow_pfnmap_start(&args);

	if (err)
		return err;
#if HAVE_FOLLOW_PFNMAP_ADDR_MASK
	*ret_leaf_bytes = ~args.addr_mask + 1;
#else
	*ret_leaf_bytes = PAGE_SIZE;
#endif
	follow_pfnmap_end(&args);
	return 0;
}
#else
static inline int compat_follow_pfn(struct vm_area_struct *vma, unsigned long address,
				    unsigned long *ret_leaf_bytes)
{
	unsigned long pfn;

	*ret_leaf_bytes = PAGE_SIZE;
	return follow_pfn(vma, address, &pfn);
}
#endif

#if IS_ENABLED(CONFIG_BLOCK)
/* What a disk is made with; it became a structure of the kernel's own in 6.9. */
struct compat_disk_limits {
	unsigned int max_sectors;
	unsigned int max_segments;
};

#if HAVE_BLK_MQ_ALLOC_DISK_LIMITS
static inline struct gendisk *compat_blk_mq_alloc_disk(struct blk_mq_tag_set *tags,
						       const struct compat_disk_limits *limits,
						       void *queuedata)
{
	struct queue_limits all = {
		.max_hw_sectors = limits->max_sectors,
		.max_segments = limits->max_segments,
#if HAVE_BLK_FEAT_PCI_P2PDMA
		.features = BLK_FEAT_PCI_P2PDMA,
#endif
	};

	return blk_mq_alloc_disk(tags, &all, queuedata);
}
#else
static inline struct gendisk *compat_blk_mq_alloc_disk(struct blk_mq_tag_set *tags,
						       const struct compat_disk_limits *limits,
						       void *queuedata)
{
	struct gendisk *disk = blk_mq_alloc_disk(tags, queuedata);

	if (IS_ERR(disk))
		return disk;
	blk_queue_max_hw_sectors(disk->queue, limits->max_sectors);
	blk_queue_max_segments(disk->queue, limits->max_segments);
	return disk;
}
#endif

/* A disk whose queue takes P2P memory. */
static inline struct gendisk *compat_p2p_disk(struct blk_mq_tag_set *tags,
					      const struct compat_disk_limits *limits,
					      void *queuedata)
{
	struct gendisk *disk = compat_blk_mq_alloc_disk(tags, limits, queuedata);

#if !HAVE_BLK_FEAT_PCI_P2PDMA
	if (!IS_ERR(disk))
		blk_queue_flag_set(QUEUE_FLAG_PCI_P2PDMA, disk->queue);
#endif
	return disk;
}

/* It asked for the queue until 6.16. */
static inline int compat_blk_rq_map_sg(struct request *rq, struct scatterlist *sgl)
{
#if HAVE_BLK_RQ_MAP_SG_QUEUE
	return blk_rq_map_sg(rq->q, rq, sgl);
#else
	return blk_rq_map_sg(rq, sgl);
#endif
}
#endif

#endif
