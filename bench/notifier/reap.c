/*
 * notifier/reap: what subscribers cost whoever takes the memory of a killed process before it is
 * gone, where they may not sleep; against the same memory taken in the ways in which they may.
 *
 * Timed: process_mrelease() of a killed process that has all its memory; the mmput() that ends
 * such a process's address space; munmap() of the region in a living one.
 * Excluded: the processes, their faults, the clock.
 * Path: process_mrelease() -> __oom_reap_task_mm() ->
 * mmu_notifier_invalidate_range_start_nonblock()
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/pageflags.h"
#include "bench/notifier/dying.h"
#include "bench/notifier/notifier.h"

#define VICTIM 0

enum operations {
	REAP,
	END,
	UNMAP,
};

static const struct operation_metrics names_reap = OPERATION_NAMES("reap", "call");
static const struct operation_metrics names_end = OPERATION_NAMES("end", "call");
static const struct operation_metrics names_unmap = OPERATION_NAMES("unmap", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("reap", "call", "process_mrelease() of a killed process", false),
	OPERATION_METRICS("end", "call", "the mmput() that ends the address space of another",
			  true),
	OPERATION_METRICS("unmap", "call", "munmap() of the region by its own process", true),
	{.name = NULL},
};

static const struct bench_param param_delay = {
	.name = "delay_ms",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "50", "100", NULL},
	.help = "how long the first subscriber sleeps when it is told; where it may not sleep it "
		"refuses",
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", NULL},
	.help = "of either half of the region, two VMAs; intervals cover the first",
};

static const struct bench_param *const params[] = {
	&notifier_param_mapped_kind, &notifier_param_subscribers, &param_delay, &param_size, NULL,
};

static int call_unmap(void *context)
{
	const struct notifier_case *c = context;

	return munmap(c->addr, c->bytes) || munmap(c->elsewhere, c->bytes) ? -errno : 0;
}

/* In the process whose memory it will be. */
static int fault_in(const struct notifier_case *c)
{
	void *at = mmap(c->addr, 2 * c->bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	/* Another flag makes another VMA of the second half. */
	if (at == MAP_FAILED || madvise(c->elsewhere, c->bytes, MADV_DONTFORK))
		return -errno;
	memset(at, 1, 2 * c->bytes);
	return 0;
}

static int be_victim(const struct notifier_case *c, uint32_t flags)
{
	struct pinbench_notifier_subscribe req = notifier_subscription(c, c->addr);
	uint64_t durations[PINBENCH_NOTIFIER_MAX_SUBSCRIBERS];
	int err = fault_in(c);

	if (err || (!c->subscribers && !flags))
		return err;
	req.flags = flags;
	req.invalidate_delay_ns = c->subscribers ? c->delay_ns : 0;
	return notifier_ask(c->fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &req, &req.samples, durations,
			    PINBENCH_NOTIFIER_MAX_SUBSCRIBERS);
}

static int prepare(void *context)
{
	return be_victim(context, 0);
}

static int prepare_kept(void *context)
{
	return be_victim(context, PINBENCH_SUBSCRIBE_KEEP);
}

static const char *answer_of(int error)
{
	return error ? strerrorname_np(error) : "reaped";
}

/* What it may not sleep for it leaves, says so, and takes all the rest. */
static int check_reaped(struct bench_ctx *ctx, const struct dying *dying, size_t before,
			size_t after)
{
	const struct notifier_case *c = bench_state(ctx);
	bool may_refuse = c->delay_ns && c->subscribers;

	bench_fact_number(ctx, "reaped_pages", (double)(before - after));
	bench_fact_number(ctx, "left_pages", (double)after);
	bench_condition(ctx, "answer", answer_of(dying->error));
	if (dying->error == ENOSYS)
		return bench_skip(ctx, "a kernel without process_mrelease(), before 5.15");
	if (before != 2 * c->bytes / NOTIFIER_PAGE_BYTES)
		return bench_fail(ctx, EPROTO, "%zu pages are there to be reaped", before);
	if (dying->error != (may_refuse ? EAGAIN : 0) || !after == may_refuse)
		return bench_fail(ctx, EPROTO,
				  "%zu of %zu pages are left: process_mrelease() says %s", after,
				  before, answer_of(dying->error));
	return 0;
}

static int count_pages(struct bench_ctx *ctx, pid_t pid, size_t *ret_present)
{
	const struct notifier_case *c = bench_state(ctx);
	int err = pagemap_count(pid, c->addr, 2 * c->bytes / NOTIFIER_PAGE_BYTES, ret_present);

	return err ? bench_fail(ctx, err, "/proc/%d/pagemap: %s", (int)pid, strerror(-err)) : 0;
}

static int call_and_look(struct bench_ctx *ctx, struct dying *dying)
{
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier first = {0}, last = {0};
	size_t before, after = 0;
	int err = count_pages(ctx, dying->pid, &before);

	if (!err)
		err = notifier_count(ctx, &first);
	if (!err && operation_call(ctx, &c->rounds.operations[REAP], dying_reap, dying, 1))
		err = bench_fail(ctx, ENOSPC, "more calls than there is room for");
	if (!err)
		err = notifier_count(ctx, &last);
	if (!err)
		err = count_pages(ctx, dying->pid, &after);
	if (err)
		return err;
	bench_fact_number(ctx, "told", (double)(last.told - first.told));
	return check_reaped(ctx, dying, before, after);
}

static int reap_dying(struct bench_ctx *ctx, pid_t pid)
{
	struct dying dying;
	int err = dying_stop(ctx, pid, &dying);

	if (!err)
		err = call_and_look(ctx, &dying);
	dying_let_go(&dying);
	return err;
}

/* Without being kept: the kernel looks through all processes for others that share it. */
static int reap(struct bench_ctx *ctx)
{
	struct crew victim = {0};
	int err = crew_add(ctx, &victim, prepare, bench_state(ctx));

	if (!err)
		err = reap_dying(ctx, victim.member[VICTIM].pid);
	crew_drop(&victim);
	return err ? err : notifier_unsubscribe(ctx, NULL);
}

static int end(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier req = {.operation = PINBENCH_NOTIFIER_END};
	struct crew victim = {0};
	int err = crew_add(ctx, &victim, prepare_kept, c);

	crew_drop(&victim);
	if (err)
		return err;
	err = operation_ioctl(ctx, &c->rounds.operations[END], PINBENCH_IOC_NOTIFIER, &req,
			      &req.samples, 1, 1);
	if (err)
		return bench_fail(ctx, err, "the address space does not end: %s", strerror(-err));
	return notifier_unsubscribe(ctx, NULL);
}

static int unmap(struct bench_ctx *ctx)
{
	struct notifier_case *c = bench_state(ctx);
	struct crew victim = {0};
	int err = crew_add(ctx, &victim, prepare, c);

	if (!err)
		err = crew_call_one(ctx, &victim, VICTIM, &c->rounds.operations[UNMAP], call_unmap,
				    1);
	crew_drop(&victim);
	return err ? err : notifier_unsubscribe(ctx, NULL);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	int err = reap(ctx);

	if (!err)
		err = end(ctx);
	return err ? err : unmap(ctx);
}

static int setup(struct bench_ctx *ctx)
{
	struct notifier_case *c;
	int err = notifier_setup(ctx, &c);

	if (err)
		return err;
	c->delay_ns = (uint32_t)bench_param_size_bytes(ctx, "delay_ms") * NOTIFIER_NS_PER_MS;
	if (c->delay_ns && !c->subscribers)
		return bench_skip(ctx, "nobody to sleep");
	err = notifier_reserve(ctx, bench_param_size_bytes(ctx, "size"));
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_reap, 1, NULL);
	if (!err)
		err = rounds_add_in_module(ctx, &c->rounds, &names_end, 1, NULL);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names_unmap, 1, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

const struct bench bench_notifier_reap = {
	.name = "notifier/reap",
	.summary = "What subscribers cost taking the memory of a killed process, where they may "
		   "not sleep and where they may",
	.path = "process_mrelease() -> __oom_reap_task_mm() -> "
		"mmu_notifier_invalidate_range_start_nonblock() -> each subscriber, for each VMA",
	.inside = "process_mrelease(); then the mmput() that ends the address space of another "
		  "such process, which is not reaped; then munmap() of both halves in a third; in "
		  "a counted guest an idle nanosecond counts as an instruction",
	.outside = "the processes, copies of the agent's; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = notifier_run,
	.teardown = notifier_teardown,
};
