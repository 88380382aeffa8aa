/*
 * notifier/read: what it costs an interval's user to make sure that nothing changed while it
 * looked; and how long it waits where something is changing.
 *
 * Timed: mmu_interval_read_begin() and mmu_interval_read_retry(), with nobody about; and the same
 * while another process unmaps the interval, and a subscriber takes a known time to hear of it.
 * Excluded: what would be looked up in between, the clock.
 * Path: mmu_interval_read_begin() -> wait_event(); munmap() -> mn_itree_invalidate()
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/notifier/notifier.h"

#define READS	      16
#define OTHER_PROCESS 0

enum operations {
	READ,
	COLLIDING,
};

static const struct operation_metrics names_read = OPERATION_NAMES("read", "call");
static const struct operation_metrics names_colliding = OPERATION_NAMES("colliding", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("read", "call", "a read with nobody about", false),
	OPERATION_METRICS("colliding", "call", "a read that waits for an invalidation", true),
	{.name = NULL},
};

static const struct bench_param param_delay = {
	.name = "delay_ms",
	.fallback = "50",
	.allowed = (const char *const[]){"50", "100", "200", NULL},
	.help = "how long the subscriber takes when it is told",
};

static const struct bench_param param_subscribers = {
	.name = "subscribers",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "8", "64", "512", NULL},
	.help = "intervals of the same address space",
};

static const struct bench_param *const params[] = {&param_subscribers, &param_delay, NULL};

/* In the other process, which the interval is of. */
static int fault_in(void *context)
{
	struct notifier_case *c = context;
	void *at = mmap(c->addr, c->bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	memset(at, 1, c->bytes);
	return 0;
}

static int prepare(void *context)
{
	struct notifier_case *c = context;
	struct pinbench_notifier_subscribe req = notifier_subscription(c, c->addr);
	uint64_t durations[PINBENCH_NOTIFIER_MAX_SUBSCRIBERS];
	int err = fault_in(c);

	req.invalidate_delay_ns = c->delay_ns;
	return err ? err
		   : notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples,
				  durations, c->subscribers);
}

static int unmap(void *context)
{
	struct notifier_case *c = context;

	return munmap(c->addr, c->bytes) ? -errno : 0;
}

static int read_interval(struct bench_ctx *ctx, struct operation *op, uint32_t calls)
{
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_READ, .calls = calls};
	int err = operation_ioctl(ctx, op, PINBENCH_IOC_NOTIFIER, &req, &req.samples, calls, 1);

	if (err)
		return bench_fail(ctx, err, "cannot read the interval: %s", strerror(-err));
	if (req.retries)
		return bench_fail(ctx, EPROTO, "%u reads were to be done again, with nobody about",
				  req.retries);
	return 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = read_interval(ctx, &operations[READ], READS);

	if (!err)
		err = crew_begin(ctx, &c->crew, OTHER_PROCESS, unmap);
	/* Getting ready to measure takes until the next tick: by then the other one is at it. */
	if (!err)
		err = read_interval(ctx, &operations[COLLIDING], 1);
	if (!err)
		err = crew_end(ctx, &c->crew, OTHER_PROCESS);
	return err ? err : crew_call_one(ctx, &c->crew, OTHER_PROCESS, NULL, fault_in, 1);
}

/* A read that did not wait has not collided. */
static int check_collision(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	double took;
	int err = round_of_calls(ctx);

	if (err)
		return err;
	took = operation_each(&c->rounds.operations[COLLIDING]);
	operation_forget(&c->rounds.operations[READ]);
	operation_forget(&c->rounds.operations[COLLIDING]);
	if (bench_is_counted(ctx) && took < c->delay_ns / 4)
		return bench_fail(ctx, EPROTO, "the read took %.0f ns and did not wait", took);
	return 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct notifier_case *c;
	int err = notifier_setup(ctx, &c);

	if (err)
		return err;
	c->kind = PINBENCH_SUBSCRIBER_INTERVAL;
	c->delay_ns = (uint32_t)bench_param_size_bytes(ctx, "delay_ms") * NOTIFIER_NS_PER_MS;
	err = notifier_reserve(ctx, NOTIFIER_HUGE_BYTES);
	if (!err)
		err = crew_add(ctx, &c->crew, prepare, c);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_read, READS, NULL);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_colliding, 1, NULL);
	if (!err)
		err = rounds_rehearse(ctx, &c->rounds, round_of_calls);
	return err ? err : check_collision(ctx);
}

const struct bench bench_notifier_read = {
	.name = "notifier/read",
	.summary =
		"What an interval's user pays for reading it safely, and how long it waits for an "
		"invalidation",
	.path = "mmu_interval_read_begin(), mmu_interval_read_retry()",
	.inside = "the two calls, one after the other; in a counted guest an idle nanosecond "
		  "counts as "
		  "an instruction",
	.outside = "what would be looked up in between, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = notifier_run,
	.teardown = notifier_teardown,
};
