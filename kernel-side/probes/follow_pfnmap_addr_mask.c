// SPDX-License-Identifier: GPL-2.0
/*
 * How much of a mapping one lookup tells about, from 6.17 on: one more member. That there is none
 * of its name is seen by the size of the others; before 6.12 there is no such structure.
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include "probes/follow_pfnmap_start.result"

#ifdef PROBE_YES
unsigned long probe(const struct follow_pfnmap_args *args);
unsigned long probe(const struct follow_pfnmap_args *args)
{
	return args->addr_mask;
}
#elif HAVE_FOLLOW_PFNMAP_START
static_assert(sizeof(struct follow_pfnmap_args) <= 7 * sizeof(long));
#endif
