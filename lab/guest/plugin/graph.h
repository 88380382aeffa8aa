/*
 * The call graph of the measured regions: a tree of contexts (a function, called from there), and
 * for each task of the guest a stack that says in which context it is. Stacks are followed by what
 * instructions do: calls push, returns pop to the frame that expected their address, a jump into
 * another function counts as a call that returns with its caller.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_GRAPH_H
#define PINBENCH_LAB_GUEST_PLUGIN_GRAPH_H

#include "lab/guest/plugin/block.h"

struct node {
	struct node *parent; /* NULL: a root */
	struct node *children;
	struct node *sibling;
	struct node *next; /* of all, in the order in which they came up */
	int id;
	int region;
	int function;
	uint64_t calls;
	uint64_t counts[EVENTS]; /* those that are not known from the blocks alone */
};

/* A region begins in @block: a new stack, and those of other tasks are forgotten. */
void graph_begin(int region, const struct block *block);

/* The context of the task that runs. */
extern struct node *graph_node;

/*
 * @before was left, having run to its end or not, and @after is entered: follows calls, returns
 * and interrupts.
 */
void graph_step(const struct block *before, bool is_whole, const struct block *after);

/* A string instruction did one of its iterations, in the context that runs. */
void graph_repeat(const struct block_insn *insn);

/* The processor goes over to another task's stack; named by where their stack pointers lie. */
void graph_switch_from(uint64_t task);
void graph_switch_to(uint64_t task);

/* The first of all nodes. */
struct node *graph_nodes(void);

#endif
