// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

#ifdef PROBE_YES
unsigned int probe(void);
unsigned int probe(void)
{
	return FOLL_PCI_P2PDMA;
}
#else
/* Compiles only where nothing of this name is declared. */
enum probe {
	FOLL_PCI_P2PDMA,
};
#ifdef FOLL_PCI_P2PDMA
#error "a macro, as in 6.2"
#endif
#endif
