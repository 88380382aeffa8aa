/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels, each decided by a probe in probes/ that was
 * compiled against the target tree. Nothing else in kernel-side/ asks which
 * kernel this is.
 */
#ifndef PINBENCH_COMPAT_H
#define PINBENCH_COMPAT_H

#include <linux/memfd.h>
#include <linux/mm.h>
#include "compat_config.h"

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

#endif
