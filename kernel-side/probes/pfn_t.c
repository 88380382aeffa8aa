// SPDX-License-Identifier: GPL-2.0
/* A PFN to be inserted was a pfn_t until 6.16. */
#ifdef PROBE_YES
#include <linux/pfn_t.h>
#endif
#include <linux/mm.h>

vm_fault_t probe(struct vm_area_struct *vma);
vm_fault_t probe(struct vm_area_struct *vma)
{
#ifdef PROBE_YES
	return vmf_insert_mixed(vma, 0, pfn_to_pfn_t(0));
#else
	return vmf_insert_mixed(vma, 0, 0ul);
#endif
}
