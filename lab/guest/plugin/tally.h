/*
 * Counting without a call graph: sums for each region, by additions that QEMU puts between
 * translated code. Several times cheaper than following calls.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_TALLY_H
#define PINBENCH_LAB_GUEST_PLUGIN_TALLY_H

#include "lab/guest/plugin/region.h"

extern const struct region_counter tally_counter;

/* Counts the instructions of @block; those that are alone by callbacks of their own. */
void tally_block(const struct qemu_plugin_tb *tb, const struct block *block);
/* The callback of such an instruction. */
void tally_alone(const struct block_insn *insn);

/* What region @number counted, an event each. */
const uint64_t *tally_counts(int number);

#endif
