/*
 * notifier/release: what subscribers cost the end of an address space, which may come in any
 * mmput(); and who else waits if one of them takes its time.
 *
 * Timed: the mmput() that ends it; and another process's unsubscribing meanwhile.
 * Excluded: the process, which has ended before; the clock.
 * Path: mmput() -> exit_mmap() -> mmu_notifier_release() -> each subscriber's release;
 * mmu_notifier_unregister() -> synchronize_srcu()
 */
#include <errno.h>
#include <string.h>
#include "bench/core/module.h"
#include "bench/notifier/notifier.h"

#define ENDING 0

enum operations {
	END,
	ALONE,
	BYSTANDER,
};

static const struct operation_metrics names_end = OPERATION_NAMES("end", "call");
static const struct operation_metrics names_alone = OPERATION_NAMES("alone", "call");
static const struct operation_metrics names_bystander = OPERATION_NAMES("bystander", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("end", "call", "the mmput() that ends an address space", false),
	OPERATION_METRICS("alone", "call", "unsubscribing from another, with nothing going on",
			  true),
	OPERATION_METRICS("bystander", "call", "the same while an address space ends", true),
	{.name = NULL},
};

static const struct bench_param param_delay = {
	.name = "delay_ms",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "50", "100", "200", NULL},
	.help = "how long the first subscriber takes when it is released; the others do nothing",
};

static const struct bench_param *const params[] = {
	&notifier_param_subscribers,
	&param_delay,
	NULL,
};

/* In the process whose address space is to end, and outlives it. */
static int prepare_ending(void *context)
{
	struct notifier_case *c = context;
	struct pinbench_notifier_subscribe req = notifier_subscription(c, NULL);
	uint64_t durations[PINBENCH_NOTIFIER_MAX_SUBSCRIBERS];

	req.flags = PINBENCH_SUBSCRIBE_KEEP;
	req.release_delay_ns = c->subscribers ? c->delay_ns : 0;
	return notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples, durations,
			    PINBENCH_NOTIFIER_MAX_SUBSCRIBERS);
}

static int make_ending(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct crew ending = {0};
	int err = crew_add(ctx, &ending, prepare_ending, c);

	crew_drop(&ending);
	return err;
}

static int forget_ended(struct bench_ctx *ctx)
{
	const struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier counts;
	int err = notifier_count(ctx, &counts);

	if (err || !c->subscribers)
		return err;
	if (counts.released != c->subscribers)
		return bench_fail(ctx, EPROTO, "%u of %u subscribers were released",
				  counts.released, c->subscribers);
	return notifier_unsubscribe(ctx, NULL);
}

static int end_it(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_END};
	int err = make_ending(ctx);

	if (err)
		return err;
	err = operation_ioctl(ctx, &c->rounds.operations[END], PINBENCH_IOC_NOTIFIER, &req,
			      &req.samples, 1, 1);
	if (err)
		return bench_fail(ctx, err, "the address space does not end: %s", strerror(-err));
	return forget_ended(ctx);
}

/* In a process of the crew, which may take its time. */
static int call_end(void *context)
{
	const struct notifier_case *c = context;
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_END};
	uint64_t duration;

	return notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER, &req, &req.samples, &duration, 1);
}

static int prepare_nothing(void *context)
{
	return 0;
}

/* A bystander's subscription is to an address space that has nothing to do with it: ours. */
static int subscribe_bystander(struct bench_ctx *ctx)
{
	const struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier_subscribe req = {.count = 1};
	uint64_t duration;
	int err = notifier_ask(c->other_fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples,
			       &duration, 1);

	return err ? bench_fail(ctx, err, "cannot subscribe: %s", strerror(-err)) : 0;
}

static int call_unsubscribe(void *context)
{
	const struct notifier_case *c = context;
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_UNSUBSCRIBE};
	uint64_t duration;

	return notifier_ask(c->other_fd, PINBENCH_IOC_NOTIFIER, &req, &req.samples, &duration, 1);
}

static int stand_by(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = subscribe_bystander(ctx);

	if (!err)
		err = operation_call(ctx, &operations[ALONE], call_unsubscribe, c, 1);
	if (!err)
		err = subscribe_bystander(ctx);
	if (!err)
		err = make_ending(ctx);
	if (!err)
		err = crew_begin(ctx, &c->crew, ENDING, call_end);
	if (!err)
		err = operation_call(ctx, &operations[BYSTANDER], call_unsubscribe, c, 1);
	if (err < 0)
		return bench_fail(ctx, err, "unsubscribing: %s", strerror(-err));
	if (!err)
		err = crew_end(ctx, &c->crew, ENDING);
	return err ? err : forget_ended(ctx);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	const struct notifier_case *c = bench_state(ctx);
	int err = end_it(ctx);

	return err || !c->delay_ns ? err : stand_by(ctx);
}

static int add_operations(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	int err = rounds_add_in_module(ctx, &c->rounds, &names_end, 1, NULL);

	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_alone, 1, NULL);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_bystander, 1, NULL);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct notifier_case *c;
	char why[256];
	int err = notifier_setup(ctx, &c);

	if (err)
		return err;
	c->delay_ns = (uint32_t)bench_param_size_bytes(ctx, "delay_ms") * NOTIFIER_NS_PER_MS;
	if (c->delay_ns && !c->subscribers)
		return bench_skip(ctx, "nobody to take his time");
	c->other_fd = module_open(why, sizeof(why));
	if (c->other_fd < 0)
		return bench_fail(ctx, c->other_fd, "%s", why);
	err = add_operations(ctx);
	if (!err)
		err = crew_add(ctx, &c->crew, prepare_nothing, c);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_notifier_release = {
	.name = "notifier/release",
	.summary =
		"What subscribers cost the mmput() that ends an address space, and who else waits",
	.path = "mmput() -> exit_mmap() -> mmu_notifier_release(); mmu_notifier_unregister() -> "
		"synchronize_srcu()",
	.inside = "the mmput(); then another process's mmu_notifier_unregister(), alone and "
		  "meanwhile; "
		  "in a counted guest an idle nanosecond counts as an instruction",
	.outside = "the process, which has ended before; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = notifier_run,
	.teardown = notifier_teardown,
};
