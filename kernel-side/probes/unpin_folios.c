// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/memfd.h>

#ifdef PROBE_YES
void *probe(void);
void *probe(void)
{
	return unpin_folios;
}
#else
/* Compiles only where nothing of this name is declared. */
extern struct page unpin_folios;
#endif
