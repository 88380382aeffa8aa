// SPDX-License-Identifier: GPL-2.0
/* What a huge fault is about was an enum until 6.6, and is an order since. */
#include <linux/mm.h>

#ifdef PROBE_YES
static vm_fault_t probe(struct vm_fault *vmf, unsigned int order)
#else
static vm_fault_t probe(struct vm_fault *vmf, enum page_entry_size pe_size)
#endif
{
	return 0;
}

const struct vm_operations_struct probe_ops;
const struct vm_operations_struct probe_ops = {.huge_fault = probe};
