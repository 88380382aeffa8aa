/*
 * notifier/subscribe: what subscribing to an address space costs, and unsubscribing.
 *
 * Timed: mmu_notifier_register(), mmu_notifier_get() or mmu_interval_notifier_insert(); then
 * mmu_notifier_unregister(), mmu_notifier_put() or mmu_interval_notifier_remove().
 * Excluded: the subscriber, the clock.
 * Path: mmap_write_lock() -> __mmu_notifier_register() -> mm_take_all_locks() the first time
 */
#include "bench/notifier/notifier.h"

enum operations {
	SUBSCRIBE,
	UNSUBSCRIBE,
};

static const struct operation_metrics names_subscribe = OPERATION_NAMES("subscribe", "call");
static const struct operation_metrics names_unsubscribe = OPERATION_NAMES("unsubscribe", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("subscribe", "call", "subscribing", false),
	OPERATION_METRICS("unsubscribe", "call",
			  "unsubscribing; not counted where it waits for a grace period", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&notifier_param_kind,
	&notifier_param_subscribers,
	NULL,
};

static int round_of_calls(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = notifier_subscribe(ctx, &operations[SUBSCRIBE], c->addr);

	return err ? err : notifier_unsubscribe(ctx, &operations[UNSUBSCRIBE]);
}

static int setup(struct bench_ctx *ctx)
{
	struct notifier_case *c;
	int err = notifier_setup(ctx, &c);

	if (!err && !c->subscribers)
		err = bench_skip(ctx, "nobody to subscribe");
	if (!err)
		err = notifier_reserve(ctx, NOTIFIER_HUGE_BYTES);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_subscribe, c->subscribers, NULL);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_unsubscribe, c->subscribers,
					   NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_notifier_subscribe = {
	.name = "notifier/subscribe",
	.summary = "What subscribing to an address space costs, and unsubscribing",
	.path = "mmu_notifier_register(), mmu_notifier_get(), mmu_interval_notifier_insert()",
	.inside = "the call for each subscriber, with the mmap lock where it takes that; then the "
		  "call that takes it back",
	.outside = "the subscriber's own memory, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = notifier_run,
	.teardown = notifier_teardown,
};
