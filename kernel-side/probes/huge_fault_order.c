// SPDX-License-Identifier: GPL-2.0
/*
 * What a huge fault is about was an enum until 6.6, and is an order since. The two are of
 * compatible types, so the enum's values tell.
 */
#include <linux/mm.h>

#ifdef PROBE_YES
extern struct page PE_SIZE_PMD;
#else
int probe(void);
int probe(void)
{
	return PE_SIZE_PMD;
}
#endif
