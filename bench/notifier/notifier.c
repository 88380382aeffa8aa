/* Family notifier, the shared part: see notifier.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/notifier/notifier.h"

const struct bench_param notifier_param_kind = {
	.name = "kind",
	.fallback = "notifier",
	.allowed = (const char *const[]){"notifier", "shared", "interval", NULL},
	.help = "how they subscribe: mmu_notifier_register(); mmu_notifier_get(), one for all; "
		"mmu_interval_notifier_insert()",
};

const struct bench_param notifier_param_mapped_kind = {
	.name = "kind",
	.fallback = "notifier",
	.allowed = (const char *const[]){"notifier", "interval", NULL},
	.help = "how they subscribe: mmu_notifier_register() or mmu_interval_notifier_insert()",
};

const struct bench_param notifier_param_where = {
	.name = "where",
	.fallback = "here",
	.allowed = (const char *const[]){"here", "elsewhere", NULL},
	.help = "intervals cover the region that is changed, or one beside it",
};

const struct bench_param notifier_param_subscribers = {
	.name = "subscribers",
	.fallback = "8",
	.allowed = (const char *const[]){"0", "1", "8", "64", "512", NULL},
	.help = "to the address space",
};

static uint32_t kind_of(const struct bench_ctx *ctx)
{
	const char *kind = bench_param(ctx, "kind");

	if (kind && !strcmp(kind, "shared"))
		return PINBENCH_SUBSCRIBER_SHARED;
	if (kind && !strcmp(kind, "interval"))
		return PINBENCH_SUBSCRIBER_INTERVAL;
	return PINBENCH_SUBSCRIBER_NOTIFIER;
}

int notifier_setup(struct bench_ctx *ctx, struct notifier_case **ret_case)
{
	struct notifier_case *c = calloc(1, sizeof(*c));

	*ret_case = c;
	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->fd = bench_module_fd(ctx);
	c->other_fd = -1;
	c->kind = kind_of(ctx);
	if (bench_param(ctx, "subscribers"))
		c->subscribers = (uint32_t)bench_param_size_bytes(ctx, "subscribers");
	return 0;
}

static void unmap_both(struct notifier_case *c)
{
	if (c->addr)
		munmap(c->addr, 2 * c->bytes);
}

void notifier_teardown(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);

	if (!c)
		return;
	crew_drop(&c->crew);
	if (c->other_fd >= 0)
		close(c->other_fd);
	unmap_both(c);
	rounds_free(&c->rounds);
	free(c);
}

int notifier_run(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);

	return rounds_measure(ctx, &c->rounds);
}

bool notifier_is_here(const struct bench_ctx *ctx)
{
	return !strcmp(bench_param(ctx, "where"), "here");
}

int notifier_check_where(struct bench_ctx *ctx)
{
	const struct notifier_case *c = bench_state(ctx);

	if (notifier_is_here(ctx) || c->kind == PINBENCH_SUBSCRIBER_INTERVAL)
		return 0;
	return bench_skip(ctx, "only an interval is somewhere");
}

int notifier_reserve(struct bench_ctx *ctx, size_t bytes)
{
	struct notifier_case *c = bench_state(ctx);
	size_t all = 2 * bytes + NOTIFIER_HUGE_BYTES;
	char *range = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *begin, *end;

	if (range == MAP_FAILED)
		return bench_fail(ctx, errno, "no address space: %s", strerror(errno));
	begin = (char *)(((uintptr_t)range + NOTIFIER_HUGE_BYTES - 1) & ~(NOTIFIER_HUGE_BYTES - 1));
	end = begin + 2 * bytes;
	if (begin > range)
		munmap(range, (size_t)(begin - range));
	if (end < range + all)
		munmap(end, (size_t)(range + all - end));
	c->addr = begin;
	c->elsewhere = begin + bytes;
	c->bytes = bytes;
	return 0;
}

struct pinbench_notifier_subscribe notifier_subscription(const struct notifier_case *c,
							 const void *addr)
{
	bool is_interval = c->kind == PINBENCH_SUBSCRIBER_INTERVAL;

	return (struct pinbench_notifier_subscribe){
		.addr = is_interval ? (uintptr_t)addr : 0,
		.bytes = is_interval ? c->bytes : 0,
		.count = c->subscribers,
		.kind = c->kind,
	};
}

int notifier_ask(int fd, unsigned long request, void *argument, struct pinbench_samples *samples,
		 uint64_t *durations, size_t capacity)
{
	*samples = (struct pinbench_samples){
		.durations = (uintptr_t)durations,
		.capacity = (uint32_t)capacity,
	};
	return ioctl(fd, request, argument) ? -errno : 0;
}

static int explain(struct bench_ctx *ctx, int err, const char *what)
{
	if (err == -EOPNOTSUPP)
		return bench_skip(ctx, "a kernel without CONFIG_MMU_NOTIFIER");
	return bench_fail(ctx, err, "%s: %s", what, strerror(-err));
}

int notifier_subscribe(struct bench_ctx *ctx, struct operation *op, const void *addr)
{
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier_subscribe req = notifier_subscription(c, addr);
	uint64_t durations[PINBENCH_NOTIFIER_MAX_SUBSCRIBERS];
	int err;

	if (!c->subscribers)
		return 0;
	if (op)
		err = operation_ioctl(ctx, op, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples,
				      c->subscribers, 1);
	else
		err = notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples,
				   durations, c->subscribers);
	return err ? explain(ctx, err, "cannot subscribe") : 0;
}

int notifier_unsubscribe(struct bench_ctx *ctx, struct operation *op)
{
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_UNSUBSCRIBE};
	uint64_t durations[PINBENCH_NOTIFIER_MAX_SUBSCRIBERS];
	int err;

	if (!c->subscribers)
		return 0;
	if (!op) {
		err = notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER, &req, &req.samples, durations,
				   c->subscribers);
		return err ? explain(ctx, err, "cannot unsubscribe") : 0;
	}
	err = operation_ioctl(ctx, op, PINBENCH_IOC_NOTIFIER, &req, &req.samples, c->subscribers,
			      1);
	if (err)
		return explain(ctx, err, "cannot unsubscribe");
	bench_fact_number(ctx, "unsubscribing_waits", req.sleeps != 0);
	if (req.sleeps && bench_is_counted(ctx))
		operation_forget(op);
	return 0;
}

int notifier_count(struct bench_ctx *ctx, struct pinbench_notifier *ret_counts)
{
	struct notifier_case *c = bench_state(ctx);
	int err;

	*ret_counts = (struct pinbench_notifier){.operation = PINBENCH_NOTIFIER_COUNT};
	if (!c->subscribers)
		return 0;
	err = notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER, ret_counts, &ret_counts->samples, NULL, 0);
	return err ? explain(ctx, err, "cannot count") : 0;
}
