// SPDX-License-Identifier: GPL-2.0
/*
 * Family pfnmap: who asks the kernel for the pages, or for the PFNs, of a mapping that may have no
 * pages: an attempt of GUP, the refusal of which is an answer, and the lookup of PFNs.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "compat.h"
#include "family.h"
#include "gup.h"
#include "measure.h"

#define RELEASE_PAGES 512

static int check_range(u64 addr, u64 nr_pages)
{
	if (!nr_pages || nr_pages > PINBENCH_MAX_PAGES || offset_in_page(addr) ||
	    addr >= TASK_SIZE || nr_pages << PAGE_SHIFT > TASK_SIZE - addr)
		return -EINVAL;
	return 0;
}

static const struct gup_acquire_method *method_of(const struct pinbench_pfnmap_gup *req)
{
	const struct gup_acquire_method *method;

	if (req->method >= PINBENCH_GUP_NR_ACQUIRE)
		return NULL;
	method = &pinbench_gup_acquire_methods[req->method];
	if (!method->call || method->held == HELD_FOLIOS || method->held == HELD_NOTHING)
		return NULL;
	return req->flags & PINBENCH_GUP_LONGTERM && !method->takes_longterm ? NULL : method;
}

static int check_flags(u32 flags)
{
	if (flags & ~(PINBENCH_GUP_WRITE | PINBENCH_GUP_LONGTERM | PINBENCH_GUP_PCI_P2PDMA))
		return -EINVAL;
	/* A mistake of the caller's in the kernel's eyes, which it writes to its log. */
	if (flags & PINBENCH_GUP_LONGTERM && flags & PINBENCH_GUP_PCI_P2PDMA)
		return -EINVAL;
	return flags & PINBENCH_GUP_PCI_P2PDMA && !COMPAT_FOLL_PCI_P2PDMA ? -EOPNOTSUPP : 0;
}

static void give_back(struct gup_state *s, u64 nr)
{
	u64 i;

	for (i = 0; i < nr; i += RELEASE_PAGES) {
		unsigned long n = min_t(u64, nr - i, RELEASE_PAGES);

		if (s->held == HELD_PIN)
			unpin_user_pages(s->pages + i, n);
		else
			release_pages(s->pages + i, n);
		cond_resched();
	}
}

static long attempt(const struct gup_acquire_method *method, struct gup_call *call, u64 nr_pages,
		    struct pinbench_measure *m)
{
	struct mm_struct *mm = current->mm;
	u64 begin;
	long got;

	pinbench_measure_pause(m);
	if (method->wants_mmap_lock) {
		pinbench_before_lock(m);
		if (mmap_read_lock_killable(mm))
			return -EINTR;
	}
	begin = pinbench_begin(m);
	got = method->call(call, 0, nr_pages);
	pinbench_end(m, begin);
	if (method->wants_mmap_lock) {
		mmap_read_unlock(mm);
		pinbench_after_lock(m);
	}
	return got;
}

static int pfnmap_gup(void *state, void *arg)
{
	struct pinbench_pfnmap_gup *req = arg;
	const struct gup_acquire_method *method = method_of(req);
	struct gup_state held = {0};
	struct gup_call call = {.state = &held, .mm = current->mm, .addr = req->addr};
	struct pinbench_measure m;
	long got;
	int err = check_range(req->addr, req->nr_pages);

	if (err || !method || req->reserved)
		return -EINVAL;
	err = check_flags(req->flags);
	if (err)
		return err;
	call.foll = (req->flags & PINBENCH_GUP_WRITE ? FOLL_WRITE : 0) |
		    (req->flags & PINBENCH_GUP_LONGTERM ? FOLL_LONGTERM : 0) |
		    (req->flags & PINBENCH_GUP_PCI_P2PDMA ? COMPAT_FOLL_PCI_P2PDMA : 0);
	err = pinbench_measure_init(&m, &req->samples, 1);
	if (err)
		return err;
	held.held = method->held;
	held.pages = kvcalloc(req->nr_pages, sizeof(*held.pages), GFP_KERNEL);
	if (!held.pages) {
		err = -ENOMEM;
		goto free;
	}
	got = attempt(method, &call, req->nr_pages, &m);
	req->got = got > 0 ? got : 0;
	req->error = got < 0 ? -got : 0;
	give_back(&held, req->got);
	err = pinbench_measure_copy(&m, &req->samples);
free:
	kvfree(held.pages);
	pinbench_measure_free(&m);
	return err;
}

/* Until the end of the range, or until one is not found. */
static u64 follow_range(struct vm_area_struct *vma, u64 addr, u64 nr_pages, bool by_leaf,
			u32 *ret_lookups)
{
	u64 end = addr + (nr_pages << PAGE_SHIFT), at = addr;
	unsigned long leaf_bytes;
	u32 lookups = 0;

	while (at < end) {
		if (compat_follow_pfn(vma, at, &leaf_bytes))
			break;
		lookups++;
		at = by_leaf ? (at & ~((u64)leaf_bytes - 1)) + leaf_bytes : at + PAGE_SIZE;
	}
	*ret_lookups = lookups;
	return (min(at, end) - addr) >> PAGE_SHIFT;
}

static int follow_locked(struct pinbench_pfnmap_follow *req, struct pinbench_measure *m)
{
	struct vm_area_struct *vma = vma_lookup(current->mm, req->addr);
	bool by_leaf = req->flags & PINBENCH_FOLLOW_LEAVES;
	u64 begin;

	if (!vma || vma->vm_end - req->addr < req->nr_pages << PAGE_SHIFT)
		return -EFAULT;
	begin = pinbench_begin(m);
	req->found = follow_range(vma, req->addr, req->nr_pages, by_leaf, &req->lookups);
	pinbench_end(m, begin);
	return 0;
}

static int pfnmap_follow(void *state, void *arg)
{
	struct pinbench_pfnmap_follow *req = arg;
	struct pinbench_measure m;
	int err = check_range(req->addr, req->nr_pages);

	if (err || req->flags & ~PINBENCH_FOLLOW_LEAVES)
		return -EINVAL;
	if (req->flags & PINBENCH_FOLLOW_LEAVES && !HAVE_FOLLOW_PFNMAP_ADDR_MASK)
		return -EOPNOTSUPP;
	err = pinbench_measure_init(&m, &req->samples, 1);
	if (err)
		return err;
	pinbench_measure_pause(&m);
	pinbench_before_lock(&m);
	if (mmap_read_lock_killable(current->mm)) {
		err = -EINTR;
	} else {
		err = follow_locked(req, &m);
		mmap_read_unlock(current->mm);
	}
	pinbench_after_lock(&m);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static const struct pinbench_command pfnmap_commands[] = {
	{PINBENCH_IOC_PFNMAP_GUP, pfnmap_gup},
	{PINBENCH_IOC_PFNMAP_FOLLOW, pfnmap_follow},
};

const struct pinbench_family pinbench_family_pfnmap = {
	.name = "pfnmap",
	.commands = pfnmap_commands,
	.nr_commands = ARRAY_SIZE(pfnmap_commands),
};
