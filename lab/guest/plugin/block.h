/* Translated blocks of the guest's code: what is known of each before it runs. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_BLOCK_H
#define PINBENCH_LAB_GUEST_PLUGIN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "lab/guest/plugin/api.h"
#include "lab/guest/plugin/decode.h"
#include "lab/guest/plugin/symbols.h"

#define MOST_INSN_BYTES 15

struct cell;

/* One of its instructions. */
struct block_insn {
	uint64_t address;
	struct insn_kind kind;
	uint32_t marker; /* its number, or 0 */
	bool is_alone;	 /* has a callback that counts it: no addition of its own */
	uint8_t size;
	uint8_t bytes[MOST_INSN_BYTES];
	/* How often it was begun; and how often, when it was counted by its access last. */
	uint64_t begun, counted;
};

struct block {
	const struct symbol *symbol;
	uint64_t address;
	uint64_t end; /* the address behind it: where a call returns to */
	struct block_insn *insns;
	uint32_t count;
	uint32_t head; /* so many run for certain once the block was entered */
	enum flow flow;
	bool ends_with_rep;
	struct cell *cell; /* where it was counted last */
};

/* Of a block that QEMU translates. Never freed: code is translated again, but rarely. */
struct block *block_new(const struct qemu_plugin_tb *tb);
/* What is behind the instruction @index of @block, which shares its instructions. */
struct block *block_rest(const struct block *block, uint32_t index);

/* Is it where the function begins? */
bool block_is_entry(const struct block *block);
/*
 * QEMU ends a block before an instruction that crosses into the next page, but only after it
 * showed us its first bytes: the last one may not be there.
 */
bool block_is_doubtful(const struct block *block, uint32_t index);

/*
 * How many instructions run for certain once the instruction @from was come to: up to one that may
 * stop. One that is alone makes a stretch of its own.
 */
uint32_t block_certain(const struct block *block, uint32_t from);

#endif
