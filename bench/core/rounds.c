/* Rounds of measured calls: see rounds.h. */
#include "bench/core/rounds.h"
#include "bench/core/settle.h"

static struct operation *next(struct rounds *rounds)
{
	return &rounds->operations[rounds->count];
}

/* Counted even if it failed: an operation that was begun may be freed. */
static int added(struct rounds *rounds, int err, struct operation **ret_operation)
{
	if (ret_operation)
		*ret_operation = next(rounds);
	rounds->count++;
	return err;
}

int rounds_add(struct bench_ctx *ctx, struct rounds *rounds, const struct operation_metrics *names,
	       size_t calls, struct operation **ret_operation)
{
	return added(rounds, operation_init(ctx, names, calls, next(rounds)), ret_operation);
}

int rounds_add_in_module(struct bench_ctx *ctx, struct rounds *rounds,
			 const struct operation_metrics *names, size_t calls,
			 struct operation **ret_operation)
{
	return added(rounds, operation_init_in_module(ctx, names, calls, next(rounds)),
		     ret_operation);
}

void rounds_free(struct rounds *rounds)
{
	while (rounds->count)
		operation_free(&rounds->operations[--rounds->count]);
}

static void set_rehearsal(struct rounds *rounds, bool rehearsal)
{
	for (unsigned int i = 0; i < rounds->count; i++)
		rounds->operations[i].rehearsal = rehearsal;
}

static uint64_t forget(struct rounds *rounds)
{
	uint64_t ret = 0;

	for (unsigned int i = 0; i < rounds->count; i++)
		ret += operation_forget(&rounds->operations[i]);
	return ret;
}

int rounds_rehearse(struct bench_ctx *ctx, struct rounds *rounds, rounds_round round)
{
	struct settle settle = {0};
	bool more = true;
	int err = 0;

	rounds->round = round;
	set_rehearsal(rounds, true);
	while (!err && more) {
		err = round(ctx);
		more = settle_wants_more(ctx, &settle, (double)forget(rounds));
	}
	set_rehearsal(rounds, false);
	return err;
}

void rounds_report(struct bench_ctx *ctx, struct rounds *rounds)
{
	for (unsigned int i = 0; i < rounds->count; i++)
		operation_report(ctx, &rounds->operations[i]);
}

int rounds_measure(struct bench_ctx *ctx, struct rounds *rounds)
{
	int err = rounds->round(ctx);

	if (!err)
		rounds_report(ctx, rounds);
	return err;
}
