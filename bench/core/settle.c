/* When warming up is over: see settle.h. */
#include <math.h>
#include "bench/core/settle.h"

#define MOST_COUNTED_PASSES 8
#define MOST_TIMED_PASSES   32
#define NEAR		    0.05

static double cost_before(const struct settle *s, int passes_ago)
{
	return s->last[(s->passes - 1 - passes_ago) % SETTLE_WINDOW];
}

static bool are_equal(const struct settle *s)
{
	return s->passes > 1 && cost_before(s, 0) == cost_before(s, 1);
}

static bool are_near(const struct settle *s)
{
	double least = INFINITY, most = 0;

	for (int i = 0; i < SETTLE_WINDOW; i++) {
		least = fmin(least, s->last[i]);
		most = fmax(most, s->last[i]);
	}
	return s->passes >= SETTLE_WINDOW && most - least <= NEAR * least;
}

bool settle_wants_more(struct bench_ctx *ctx, struct settle *s, double cost)
{
	bool counted = bench_is_counted(ctx);
	int most_counted = s->most_counted ? s->most_counted : MOST_COUNTED_PASSES;
	int most = counted ? most_counted : MOST_TIMED_PASSES;

	s->last[s->passes % SETTLE_WINDOW] = cost;
	s->passes++;
	s->settled = counted ? are_equal(s) : are_near(s);
	if (!s->settled && s->passes < most)
		return true;
	bench_fact_number(ctx, "rehearsals", s->passes);
	if (!counted)
		bench_fact_number(ctx, "settled", s->settled);
	return false;
}
