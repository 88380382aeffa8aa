/*
 * What the benchmarks of family pfnmap share: a mapping of this process whose page tables an
 * exporter has filled in, in one of the ways there are, or anonymous memory to compare with.
 */
#ifndef PINBENCH_BENCH_PFNMAP_H
#define PINBENCH_BENCH_PFNMAP_H

#include "bench/core/rounds.h"
#include "bench/core/memory/exported.h"

struct pfnmap_case {
	struct rounds rounds;
	struct exported buffer;
	void *addr; /* of the mapping */
	bool is_anon;
	rounds_round round;
};

extern const struct bench_param pfnmap_param_mapping;
extern const struct bench_param pfnmap_param_present;

/*
 * Maps it, by the parameters mapping, size, segment, and present. Returns as bench_skip() and
 * bench_fail() do; a kernel that refuses such a mapping is a skip.
 */
int pfnmap_setup(struct bench_ctx *ctx, struct pfnmap_case **ret_case);
/*
 * Rounds of measured calls. Where nothing is present, each begins with a mapping that was made
 * anew, for an attempt may fill it in.
 */
int pfnmap_rehearse(struct bench_ctx *ctx, rounds_round round);
int pfnmap_run(struct bench_ctx *ctx);
void pfnmap_teardown(struct bench_ctx *ctx);

#endif
