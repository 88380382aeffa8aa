/*
 * Counting with a call graph: how often each block ran in each context, and what only shows while
 * it runs. What a block's instructions tell by themselves is multiplied out at the end.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_COUNT_H
#define PINBENCH_LAB_GUEST_PLUGIN_COUNT_H

#include "lab/guest/plugin/graph.h"
#include "lab/guest/plugin/region.h"

/* A block, or the beginning of one that did not run to its end, in one context. */
struct cell {
	struct cell *next; /* of all */
	struct cell *same_hash;
	struct node *node;
	const struct block *block;
	uint32_t ran; /* of its instructions */
	uint64_t count;
};

/* Instructions behind the heads of their blocks; translated code adds to it. */
extern uint64_t count_tail;

extern const struct region_counter count_counter;

/* A block is entered. */
void count_block(struct block *block);

struct cell *count_cells(void);

#endif
