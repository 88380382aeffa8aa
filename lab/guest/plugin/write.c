/* Writing what was counted: see write.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "lab/guest/plugin/count.h"
#include "lab/guest/plugin/tally.h"
#include "lab/guest/plugin/write.h"
#include "pinbench/marker.h"

/* An instruction of a region, out of all blocks that it is in. */
struct executed {
	int region;
	const struct block_insn *insn;
	uint64_t count;
};

struct executed_list {
	struct executed *items;
	size_t count;
	size_t room;
};

static void add_insn(struct node *node, const struct block_insn *insn, uint64_t count)
{
	node->counts[EVENT_INSNS] += count;
	node->counts[EVENT_USER_INSNS] += insn->address >> 63 ? 0 : count;
	/* What repeats was counted as it did. */
	node->counts[EVENT_LOADS] += insn->kind.is_rep ? 0 : insn->kind.loads * count;
	node->counts[EVENT_STORES] += insn->kind.is_rep ? 0 : insn->kind.stores * count;
	node->counts[EVENT_LOCKED] += insn->kind.is_locked ? count : 0;
	node->counts[EVENT_BRANCHES] += insn->kind.is_branch ? count : 0;
	node->counts[EVENT_TLB_FLUSHES] += insn->kind.is_tlb_flush ? count : 0;
	node->counts[EVENT_PORT_IO] += insn->kind.is_port_io ? count : 0;
}

static void add_executed(struct executed_list *list, const struct executed *one)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 4096;
		list->items = realloc(list->items, list->room * sizeof(*list->items));
		if (!list->items)
			abort();
	}
	list->items[list->count++] = *one;
}

/* What the blocks tell, multiplied by how often they ran. */
static void multiply_out(struct executed_list *list)
{
	for (struct cell *cell = count_cells(); cell; cell = cell->next) {
		for (uint32_t i = 0; cell->count && i < cell->ran; i++) {
			const struct block_insn *insn = &cell->block->insns[i];

			add_insn(cell->node, insn, cell->count);
			add_executed(list,
				     &(struct executed){cell->node->region, insn, cell->count});
		}
	}
}

static int by_region_and_address(const void *a, const void *b)
{
	const struct executed *x = a, *y = b;

	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	return (x->insn->address > y->insn->address) - (x->insn->address < y->insn->address);
}

static void write_insns(FILE *out, struct executed_list *list)
{
	qsort(list->items, list->count, sizeof(*list->items), by_region_and_address);
	for (size_t i = 0; i < list->count;) {
		const struct executed *first = &list->items[i];
		uint64_t count = 0;

		for (; i < list->count && !by_region_and_address(first, &list->items[i]); i++)
			count += list->items[i].count;
		fprintf(out, "insn %d %" PRIx64 " %" PRIu64 " ", first->region,
			first->insn->address, count);
		for (unsigned int k = 0; k < first->insn->size; k++)
			fprintf(out, "%02x", first->insn->bytes[k]);
		fputc('\n', out);
	}
}

static void write_counts(FILE *out, const uint64_t *counts, int events)
{
	for (int i = 0; i < events; i++)
		fprintf(out, " %" PRIu64, counts[i]);
	fputc('\n', out);
}

static void write_nodes(FILE *out, int events)
{
	for (struct node *n = graph_nodes(); n; n = n->next) {
		fprintf(out, "node %d %d %d %d %" PRIu64, n->id, n->region,
			n->parent ? n->parent->id : -1, n->function, n->calls);
		write_counts(out, n->counts, events);
	}
}

static void write_regions(FILE *out, bool has_graph, int events)
{
	for (int i = 0; i < PINBENCH_REGIONS; i++) {
		fprintf(out, "region %d calls %" PRIu64, i, region_calls(i));
		write_counts(out, tally_counts(i), has_graph ? 0 : events);
	}
}

static void write_all(FILE *out, bool has_graph, bool has_model)
{
	int events = has_model ? EVENTS : EVENTS_EXACT;
	struct executed_list list = {0};

	multiply_out(&list);
	write_regions(out, has_graph, events);
	write_nodes(out, events);
	write_insns(out, &list);
	fputs("end\n", out);
	free(list.items);
}

void write_profile(const char *path, bool has_graph, bool has_model)
{
	FILE *out = fopen(path, "we");

	if (!out)
		return;
	write_all(out, has_graph, has_model);
	fclose(out);
}
