/*
 * The floor: cases that are measured before everything else and again after it. What they have
 * moved by in between is what the machine did, not the kernel: nothing smaller is told from
 * nothing.
 */
#ifndef PINBENCH_BENCH_SESSION_FLOOR_H
#define PINBENCH_BENCH_SESSION_FLOOR_H

#include "bench/core/runner.h"

#define FLOOR_ROUNDS 3

struct floor {
	const struct case_id *ids; /* borrowed */
	size_t count;
	json_t *figures; /* an array, NULL before the first time */
};

/* Measures them, the first time before and every other after. Stops where it is interrupted. */
void floor_measure(struct floor *floor, struct runner *runner);
/*
 * environment.floor: {"cases":[{"id","metric","unit","before":[],"after":[],"drift_percent"}],
 * "drift_percent"}, the last being the largest, up or down; both are null while there is no
 * "after". NULL if nothing was measured. Ownership goes to the caller.
 */
json_t *floor_to_json(const struct floor *floor);
void floor_clear(struct floor *floor);

#endif
