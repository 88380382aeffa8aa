// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

void probe(struct vm_area_struct *vma);
void probe(struct vm_area_struct *vma)
{
#ifdef PROBE_YES
	vm_flags_set(vma, VM_IO);
#else
	/* Constant since vm_flags_set() is there. */
	vma->vm_flags |= VM_IO;
#endif
}
