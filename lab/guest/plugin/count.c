/* Counting with a call graph: see count.h. */
#include <stdlib.h>
#include <string.h>
#include "lab/guest/plugin/count.h"
#include "lab/guest/plugin/model.h"
#include "lab/guest/plugin/rare.h"

#define HASH_SIZE 65536
/* Blocks that may run between the last reading of the clock and the end of the region. */
#define MOST_UNDONE 65536
#define ADD	    1ull
#define TAKE_BACK   (~0ull) /* -1 */

struct undo {
	struct cell *cell;
	struct rare_counts before; /* it ran */
};

uint64_t count_tail;

static struct block *before;
static uint64_t tail_mark;
static struct rare_counts mark; /* when the block before was entered */

static struct cell *cells, *hash[HASH_SIZE];

/* What ran since the last reading of the clock, if the clock was read inside the region. */
static struct undo undone[MOST_UNDONE];
static unsigned int undo_count;
static bool is_undoable;

struct cell *count_cells(void)
{
	return cells;
}

static struct cell *find_cell(struct node *node, const struct block *block, uint32_t ran)
{
	uint64_t key = ((uint64_t)(uintptr_t)node >> 4) * 0x9e3779b97f4a7c15ull;
	struct cell **slot, *cell;

	key ^= ((uint64_t)(uintptr_t)block >> 4) * 0xff51afd7ed558ccdull;
	slot = &hash[(key >> 32 ^ ran) % HASH_SIZE];
	for (cell = *slot; cell; cell = cell->same_hash) {
		if (cell->node == node && cell->block == block && cell->ran == ran)
			return cell;
	}
	cell = calloc(1, sizeof(*cell));
	if (!cell)
		abort();
	*cell = (struct cell){
		.next = cells, .same_hash = *slot, .node = node, .block = block, .ran = ran};
	cells = *slot = cell;
	return cell;
}

static void note_undo(struct cell *cell)
{
	if (undo_count == MOST_UNDONE) {
		is_undoable = false;
		return;
	}
	undone[undo_count++] = (struct undo){.cell = cell, .before = mark};
}

/* Adds what came up between two readings. @sign: ADD or TAKE_BACK. */
static void add_rare(struct node *node, const struct rare_counts *from,
		     const struct rare_counts *to, uint64_t sign)
{
	node->counts[EVENT_LOADS] += sign * (to->loads - from->loads);
	node->counts[EVENT_STORES] += sign * (to->stores - from->stores);
	node->counts[EVENT_MMIO] += sign * (to->mmio - from->mmio);
	node->counts[EVENT_L1D_MISSES] += sign * (to->l1d - from->l1d);
	node->counts[EVENT_LLC_MISSES] += sign * (to->llc - from->llc);
	node->counts[EVENT_DTLB_MISSES] += sign * (to->dtlb - from->dtlb);
}

/*
 * Books what ran of the block before, and says whether it was all of it. @undone_insns:
 * instructions that were begun, and faulted: they will be done again, and the guest's clock counts
 * that one.
 */
static bool settle(uint32_t undone_insns)
{
	uint32_t ran = before->head + (uint32_t)(count_tail - tail_mark) - undone_insns;
	bool is_whole = ran == before->count;
	struct node *node = graph_node;
	struct cell *cell = before->cell;

	tail_mark = count_tail;
	if (!is_whole || !cell || cell->node != node) {
		cell = find_cell(node, before, ran);
		if (is_whole)
			before->cell = cell;
	}
	cell->count++;
	if (is_undoable)
		note_undo(cell);
	if (rare.any != mark.any) {
		add_rare(node, &mark, &rare, ADD);
		mark = rare;
	}
	return is_whole;
}

void count_block(struct block *block)
{
	bool is_fault = block->symbol->kind == CODE_FAULT && block_is_entry(block);
	bool is_whole = settle(is_fault);

	/* A string instruction that goes on: by far the most frequent of what is no plain step. */
	if (block == before && is_whole && before->ends_with_rep && before->count == 1) {
		graph_repeat(before->insns);
		return;
	}
	if (!is_whole || before->flow != FLOW_NEXT || before->symbol != block->symbol ||
	    before->ends_with_rep)
		graph_step(before, is_whole, block);
	before = block;
}

static void open(int region, const struct block *block, struct block *rest)
{
	graph_begin(region, block);
	tail_mark = count_tail;
	mark = rare;
	is_undoable = false;
	undo_count = 0;
	before = rest;
}

static void at_clock(struct block *rest)
{
	settle(0);
	is_undoable = true;
	undo_count = 0;
	before = rest;
}

static void close(int region)
{
	settle(0);
	for (unsigned int i = 0; is_undoable && i < undo_count; i++) {
		const struct undo *u = &undone[i];

		u->cell->count--;
		add_rare(u->cell->node, &u->before, i + 1 < undo_count ? &u[1].before : &mark,
			 TAKE_BACK);
	}
}

const struct region_counter count_counter = {.open = open, .clock = at_clock, .close = close};
