// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

#ifdef PROBE_YES
int probe(struct follow_pfnmap_args *args);
int probe(struct follow_pfnmap_args *args)
{
	return follow_pfnmap_start(args);
}
#else
/* What it replaced in 6.12. */
int probe(struct vm_area_struct *vma, unsigned long *pfn);
int probe(struct vm_area_struct *vma, unsigned long *pfn)
{
	return follow_pfn(vma, 0, pfn);
}
#endif
