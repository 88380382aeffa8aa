/*
 * What the benchmarks of family pfnmap share: a mapping of this process whose page
 * tables an exporter has filled in, in one of the ways there are, or anonymous memory
 * to compare with.
 */
#ifndef PINBENCH_BENCH_PFNMAP_H
#define PINBENCH_BENCH_PFNMAP_H

#include "bench/core/rounds.h"
#include "bench/core/memory/exported.h"

/* What was asked for the whole of a mapping's pages, and what the kernel said. */
struct pfnmap_answer {
	uint64_t pages; /* granted */
	int error;	/* why not more; 0: it gave none */
};

enum pfnmap_kind {
	PFNMAP_ANON,
	PFNMAP_THP,
	PFNMAP_EXPORTED,
};

struct pfnmap_case {
	struct rounds rounds;
	struct exported buffer;
	void *addr; /* of the mapping */
	enum pfnmap_kind kind;
	rounds_round once;
	unsigned int times;
	bool is_answered;
	struct pfnmap_answer answer;
	void *own; /* the benchmark's; it frees what is in it, pfnmap_teardown() itself */
};

extern const struct bench_param pfnmap_param_mapping;
extern const struct bench_param pfnmap_param_present;

/*
 * Maps it, by the parameters mapping, size, segment, and present. Returns as
 * bench_skip() and bench_fail() do; a kernel that refuses such a mapping is a skip.
 */
int pfnmap_setup(struct bench_ctx *ctx, struct pfnmap_case **ret_case);
/*
 * The same of a buffer that is there, whatever the parameters say of it, and that becomes the
 * case's.
 */
int pfnmap_setup_of(struct bench_ctx *ctx, const struct exported *buffer,
		    struct pfnmap_case **ret_case);

/*
 * Keeps it as the condition and the fact "answer". Figures of cases that were answered
 * otherwise are not of the same thing.
 */
void pfnmap_tell(struct bench_ctx *ctx, const struct pfnmap_answer *answer);

/*
 * How often a round asks. Taking a page marks it as accessed, which costs less or more
 * every other time for pages that are on no LRU list, as an exporter's are: a figure
 * is of both.
 */
#define PFNMAP_ASKED 2

/*
 * One measured call that asks for all of it and leaves what the kernel said in
 * @answer. It counts as the first operation, once for each page, if all was granted,
 * else as the second, once: it goes by the answer before, the first of which is to a
 * rehearsal. An answer that changes fails the case.
 */
int pfnmap_ask(struct bench_ctx *ctx, measured_call ask, void *context,
	       const struct pfnmap_answer *answer);
bool pfnmap_is_granted(const struct bench_ctx *ctx); /* by the last answer */

/*
 * For who takes the mapping away from those that use it. The first may be measured,
 * and leaves nothing at its address: 0 or -errno. The second maps it there again, with
 * nothing present, but for remap_pfn_range(), and returns as bench_fail() does. The
 * third fills it in.
 */
int pfnmap_unmap(void *pfnmap_case);
int pfnmap_map_again(struct bench_ctx *ctx, struct pfnmap_case *c);
void pfnmap_touch(struct bench_ctx *ctx, struct pfnmap_case *c);

/*
 * Rounds of measured calls, each of which does @once so many times. Where nothing is
 * present, that begins with a mapping that was made anew, for an attempt may fill it
 * in.
 */
int pfnmap_rehearse(struct bench_ctx *ctx, rounds_round once, unsigned int times);
int pfnmap_run(struct bench_ctx *ctx);
void pfnmap_teardown(struct bench_ctx *ctx);

#endif
