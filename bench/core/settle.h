/*
 * When warming up is over: by what the passes cost, not by their number. The first touches age
 * pages, the first objects fill slabs, and a processor takes a while to reach its frequency.
 */
#ifndef PINBENCH_SETTLE_H
#define PINBENCH_SETTLE_H

#include <stdbool.h>
#include "pinbench/bench.h"

#define SETTLE_WINDOW 3

/* A zeroed one is at the beginning. */
struct settle {
	double last[SETTLE_WINDOW]; /* costs of the last passes, in a ring */
	int passes;
	int most_counted; /* passes; by the caller, 0: 8 */
	bool settled;
};

/*
 * A pass cost @cost. Returns whether another one is wanted. Of instructions it is over when two in
 * a row cost the same, or after ->most_counted; of time, which never is the same, when the last
 * three lie within 5 % of the least of them, or after 32. In the end the facts "rehearsals", and of
 * time "settled" (0: it was given up), are set.
 */
bool settle_wants_more(struct bench_ctx *ctx, struct settle *settle, double cost);

#endif
