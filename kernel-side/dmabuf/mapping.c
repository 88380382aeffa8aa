// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: what programs see of a buffer. One row for each way to fill in their page tables.
 * The fault handler takes the reservation lock, so that no program maps where the buffer has just
 * moved away from.
 */
#include <linux/mm.h>
#include "../compat.h"
#include "dmabuf.h"

struct insertion {
	unsigned long flags; /* of the mapping */
	vm_fault_t (*fault)(struct buffer *b, struct vm_fault *vmf);
	bool is_huge;  /* with a handler for whole PMDs */
	bool is_early; /* in mmap() */
};

static bool is_inside(const struct buffer *b, pgoff_t index)
{
	return index < b->places[b->at].nr_pages;
}

static unsigned long pfn_at(const struct buffer *b, pgoff_t index)
{
	return place_pfn(&b->places[b->at], index);
}

/* Not of a BAR. */
static struct page *page_at(const struct buffer *b, pgoff_t index)
{
	return b->places[b->at].pages[index];
}

static vm_fault_t insert_pfn(struct buffer *b, struct vm_fault *vmf)
{
	b->counts.inserted++;
	return vmf_insert_pfn(vmf->vma, vmf->address, pfn_at(b, vmf->pgoff));
}

/* Those around it too; what is mapped there already is left alone. */
static vm_fault_t insert_batch(struct buffer *b, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long address = vma->vm_start;
	pgoff_t index = vma->vm_pgoff;
	vm_fault_t ret = VM_FAULT_NOPAGE;

	for (; ret == VM_FAULT_NOPAGE && address < vma->vm_end; address += PAGE_SIZE, index++) {
		ret = vmf_insert_pfn(vma, address, pfn_at(b, index));
		b->counts.inserted++;
	}
	return ret;
}

static vm_fault_t insert_mixed(struct buffer *b, struct vm_fault *vmf)
{
	b->counts.inserted++;
	return compat_vmf_insert_mixed(vmf->vma, vmf->address, pfn_at(b, vmf->pgoff));
}

static vm_fault_t insert_page(struct buffer *b, struct vm_fault *vmf)
{
	b->counts.inserted++;
	return vmf_insert_page(vmf->vma, vmf->address, page_at(b, vmf->pgoff));
}

static vm_fault_t return_page(struct buffer *b, struct vm_fault *vmf)
{
	vmf->page = page_at(b, vmf->pgoff);
	get_page(vmf->page);
	b->counts.inserted++;
	return 0;
}

static vm_fault_t never(struct buffer *b, struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct insertion insertions[PINBENCH_NR_INSERT] = {
	[PINBENCH_INSERT_PFN] = {VM_PFNMAP, insert_pfn},
	[PINBENCH_INSERT_BATCH] = {VM_PFNMAP, insert_batch},
	[PINBENCH_INSERT_PMD] = {VM_PFNMAP, insert_pfn, .is_huge = true},
	[PINBENCH_INSERT_MIXED] = {VM_MIXEDMAP, insert_mixed},
	[PINBENCH_INSERT_PAGE] = {VM_MIXEDMAP, insert_page},
	[PINBENCH_INSERT_RETURNED] = {0, return_page},
	[PINBENCH_INSERT_REMAP] = {VM_PFNMAP, never, .is_early = true},
};

static struct buffer *buffer_of(struct vm_area_struct *vma)
{
	return vma->vm_private_data;
}

static vm_fault_t handle_fault(struct vm_fault *vmf)
{
	struct buffer *b = buffer_of(vmf->vma);
	vm_fault_t ret;

	/* Killed: the fault is over as soon as the signal is looked at. */
	if (dma_resv_lock_interruptible(b->dmabuf->resv, NULL))
		return VM_FAULT_NOPAGE;
	b->counts.faults++;
	ret = is_inside(b, vmf->pgoff) ? insertions[b->insert].fault(b, vmf) : VM_FAULT_SIGBUS;
	dma_resv_unlock(b->dmabuf->resv);
	return ret;
}

#if IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE)
/* A whole PMD of the mapping onto as much contiguous memory, or nothing of it. */
static vm_fault_t insert_pmd(struct buffer *b, struct vm_fault *vmf)
{
	unsigned long start = vmf->address & PMD_MASK, per_pmd = PMD_SIZE >> PAGE_SHIFT;
	pgoff_t index = vmf->pgoff - ((vmf->address - start) >> PAGE_SHIFT);
	struct vm_area_struct *vma = vmf->vma;

	if (start < vma->vm_start || start + PMD_SIZE > vma->vm_end ||
	    b->places[b->at].order < PMD_SHIFT - PAGE_SHIFT)
		return VM_FAULT_FALLBACK;
	if (!is_inside(b, index + per_pmd - 1) || !IS_ALIGNED(pfn_at(b, index), per_pmd))
		return VM_FAULT_FALLBACK;
	b->counts.faults++;
	b->counts.inserted++;
	return compat_vmf_insert_pfn_pmd(vmf, pfn_at(b, index), vmf->flags & FAULT_FLAG_WRITE);
}

static vm_fault_t handle_huge_fault(struct vm_fault *vmf)
{
	struct buffer *b = buffer_of(vmf->vma);
	vm_fault_t ret;

	if (dma_resv_lock_interruptible(b->dmabuf->resv, NULL))
		return VM_FAULT_NOPAGE;
	ret = insert_pmd(b, vmf);
	dma_resv_unlock(b->dmabuf->resv);
	return ret;
}

COMPAT_HUGE_FAULT(huge_fault, handle_huge_fault)

static const struct vm_operations_struct huge_ops = {
	.fault = handle_fault,
	.huge_fault = huge_fault,
};
#else
static const struct vm_operations_struct huge_ops = {.fault = handle_fault};
#endif

static const struct vm_operations_struct page_ops = {.fault = handle_fault};

static int remap_all(struct buffer *b, struct vm_area_struct *vma)
{
	const struct place *place = &b->places[b->at];
	unsigned long address = vma->vm_start, per_segment = 1ul << place->order;
	pgoff_t index = vma->vm_pgoff;
	int err = 0;

	while (!err && address < vma->vm_end) {
		unsigned long rest = per_segment - (index & (per_segment - 1));
		unsigned long n = min(rest, (vma->vm_end - address) >> PAGE_SHIFT);

		err = remap_pfn_range(vma, address, pfn_at(b, index), n << PAGE_SHIFT,
				      vma->vm_page_prot);
		b->counts.inserted++;
		address += n << PAGE_SHIFT;
		index += n;
	}
	return err;
}

int buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct buffer *b = dmabuf->priv;
	const struct insertion *how = &insertions[b->insert];
	int err = 0;

	/* A private mapping would copy what it is to share. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_pgoff >= b->bytes >> PAGE_SHIFT ||
	    vma_pages(vma) > (b->bytes >> PAGE_SHIFT) - vma->vm_pgoff)
		return -EINVAL;
	compat_vm_flags_set(vma, how->flags | VM_DONTEXPAND | VM_DONTDUMP |
					 (how->flags & VM_PFNMAP ? VM_IO : 0));
	if (b->device)
		vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_private_data = b;
	vma->vm_ops = how->is_huge ? &huge_ops : &page_ops;
	if (!how->is_early)
		return 0;
	dma_resv_lock(dmabuf->resv, NULL);
	err = remap_all(b, vma);
	dma_resv_unlock(dmabuf->resv);
	return err;
}

void buffer_zap(struct buffer *b)
{
	unmap_mapping_range(b->dmabuf->file->f_mapping, 0, 0, 1);
}
