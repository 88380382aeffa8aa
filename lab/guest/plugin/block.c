/* Translated blocks: see block.h. */
#include <stdlib.h>
#include "lab/guest/plugin/block.h"
#include "lab/guest/plugin/marker.h"

#define PAGE_BYTES 4096

static void *allocate(size_t count, size_t bytes)
{
	void *ret = calloc(count, bytes);

	if (!ret)
		abort();
	return ret;
}

static void finish(struct block *b)
{
	const struct block_insn *last = b->count ? &b->insns[b->count - 1] : NULL;

	b->symbol = symbols_find(b->address);
	b->end = last ? last->address + last->size : b->address;
	b->flow = last ? last->kind.flow : FLOW_NEXT;
	b->ends_with_rep = last && last->kind.is_rep;
}

static void read_insn(const struct qemu_plugin_insn *insn, struct block_insn *ret)
{
	size_t size = qemu_plugin_insn_size(insn);

	ret->size = size < MOST_INSN_BYTES ? size : MOST_INSN_BYTES;
	ret->address = qemu_plugin_insn_vaddr(insn);
	memcpy(ret->bytes, qemu_plugin_insn_data(insn), ret->size);
	ret->kind = decode(ret->bytes, ret->size, ret->address);
	ret->marker = marker_of(insn);
	ret->is_alone = ret->marker || ret->kind.is_clock;
}

struct block *block_new(const struct qemu_plugin_tb *tb)
{
	struct block *b = allocate(1, sizeof(*b));

	b->count = (uint32_t)qemu_plugin_tb_n_insns(tb);
	b->insns = allocate(b->count + 1, sizeof(*b->insns));
	for (uint32_t i = 0; i < b->count; i++)
		read_insn(qemu_plugin_tb_get_insn(tb, i), &b->insns[i]);
	b->address = b->insns[0].address;
	finish(b);
	b->head = block_certain(b, 0);
	return b;
}

struct block *block_rest(const struct block *block, uint32_t index)
{
	struct block *b = allocate(1, sizeof(*b));

	b->insns = block->insns + index + 1;
	b->count = block->count - index - 1;
	b->address = block->address;
	finish(b);
	/* Nothing is its head: all of it is behind the head of the block that it is a part of. */
	return b;
}

bool block_is_entry(const struct block *block)
{
	return block->address == block->symbol->start;
}

bool block_is_doubtful(const struct block *block, uint32_t index)
{
	uint64_t offset = block->insns[index].address % PAGE_BYTES;

	return index && index + 1 == block->count && offset + MOST_INSN_BYTES > PAGE_BYTES;
}

uint32_t block_certain(const struct block *block, uint32_t from)
{
	uint32_t i = from;

	while (i < block->count) {
		if (i > from && (block->insns[i].is_alone || block_is_doubtful(block, i)))
			break;
		i++;
		if (block->insns[i - 1].is_alone || block->insns[i - 1].kind.may_stop)
			break;
	}
	return i - from;
}
