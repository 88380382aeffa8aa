/*
 * How many pins the kernel says it took and gave back (FOLL_PIN; a plain reference is none of
 * them). It counts for the whole machine: on one where others pin at the same time, theirs are in
 * it.
 */
#ifndef PINBENCH_PINS_H
#define PINBENCH_PINS_H

#include <stdint.h>
#include "pinbench/bench.h"

struct pins {
	uint64_t acquired;
	uint64_t released;
};

/* Since the boot. Returns as bench_fail() does: a kernel without the counters fails the case. */
int pins_read(struct bench_ctx *ctx, struct pins *ret_pins);
/*
 * Since @before: into @ret_pins and, for one repetition, counters of the case. Pins that were not
 * given back, or never taken, are judged by pins_judge().
 */
int pins_account(struct bench_ctx *ctx, const struct pins *before, struct pins *ret_pins);
/*
 * The same for what takes long enough that others pin meanwhile: for a second at most it waits for
 * a moment at which as many are given back as taken. What is never given back stays missing.
 */
int pins_account_among_others(struct bench_ctx *ctx, const struct pins *before,
			      struct pins *ret_pins);

/*
 * @held pins, more or fewer than there should be: fails the case, as bench_fail() does, with "N
 * @what", unless there are none. On a machine that others use at the same time it may be theirs:
 * then it is a fact of the case (pins_of_others), and 0.
 */
int pins_judge(struct bench_ctx *ctx, int64_t held, const char *what);

#endif
