/* Counts that seldom change: one comparison tells whether any did. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_RARE_H
#define PINBENCH_LAB_GUEST_PLUGIN_RARE_H

#include <stdint.h>

struct rare_counts {
	uint64_t any;		/* whoever adds to another number adds here too */
	uint64_t loads, stores; /* of instructions whose bytes do not tell */
	uint64_t mmio;
	uint64_t l1d, llc, dtlb; /* misses, of the model */
};
extern struct rare_counts rare;

#endif
