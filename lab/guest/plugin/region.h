/*
 * The measured regions, as markers and readings of the clock open and close them. A region is open
 * from the first reading of the clock behind its begin to the last one before its end: exactly
 * what the guest's own figure is about. Who counts gets told.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_REGION_H
#define PINBENCH_LAB_GUEST_PLUGIN_REGION_H

#include <stdbool.h>
#include <stdint.h>
#include "lab/guest/plugin/block.h"

/* The clock was read at the end of what ran of @block; @rest is behind it. */
struct region_counter {
	void (*open)(int region, const struct block *block, struct block *rest);
	void (*clock)(struct block *rest);
	void (*close)(int region); /* as of the last clock() */
};

extern bool region_is_open;

void region_init(const struct region_counter *counter);

/* A marker ran, or an instruction that reads the clock. */
void region_at_marker(uint32_t marker);
void region_at_clock(const struct block *block, struct block *rest);

/* How often region @number was closed. */
uint64_t region_calls(int number);

#endif
