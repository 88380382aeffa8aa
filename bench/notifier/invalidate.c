/*
 * notifier/invalidate: what subscribers to an address space cost whoever changes its mappings.
 *
 * Timed: one system call on the region: munmap(), mprotect(), madvise(), fork().
 * Excluded: faulting the region in; what a subscriber would do: these count; the clock.
 * Path: mmu_notifier_invalidate_range_start() -> mn_hlist_invalidate_range_start(),
 * mn_itree_invalidate(); mmu_notifier_invalidate_range_end()
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/notifier/notifier.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static const struct operation_metrics names = OPERATION_NAMES("change", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("change", "call", "the system call, with its subscribers", false),
	{.name = NULL},
};

static int call_munmap(void *context)
{
	struct notifier_case *c = context;

	return munmap(c->addr, c->bytes) ? -errno : 0;
}

static int call_mprotect(void *context)
{
	struct notifier_case *c = context;

	return mprotect(c->addr, c->bytes, PROT_READ) ? -errno : 0;
}

static int call_dontneed(void *context)
{
	struct notifier_case *c = context;

	return madvise(c->addr, c->bytes, MADV_DONTNEED) ? -errno : 0;
}

static int call_fork(void *context)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 ? -errno : 0;
}

/* A page of each huge one gets other rights: the huge ones' entries are split. */
static int call_split(void *context)
{
	struct notifier_case *c = context;
	char *at = c->addr, *end = at + c->bytes;

	for (; at < end; at += NOTIFIER_HUGE_BYTES) {
		if (mprotect(at, NOTIFIER_PAGE_BYTES, PROT_READ))
			return -errno;
	}
	return 0;
}

/* Small pages become huge ones: what is mapped moves. */
static int call_collapse(void *context)
{
	struct notifier_case *c = context;

	return madvise(c->addr, c->bytes, MADV_COLLAPSE) ? -errno : 0;
}

static const struct change {
	const char *name;
	measured_call call;
	bool is_huge; /* of transparent huge pages */
} changes[] = {
	{"munmap", call_munmap, false},	    {"mprotect", call_mprotect, false},
	{"dontneed", call_dontneed, false}, {"fork", call_fork, false},
	{"split", call_split, true},	    {"collapse", call_collapse, false},
};

static const struct bench_param param_change = {
	.name = "change",
	.fallback = "munmap",
	.allowed = (const char *const[]){"munmap", "mprotect", "dontneed", "fork", "split",
					 "collapse", NULL},
	.help = "munmap(); mprotect() to read only; MADV_DONTNEED; fork(); mprotect() of a page of "
		"each "
		"huge page, which splits its entry; MADV_COLLAPSE, which moves small pages into "
		"huge "
		"ones",
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", NULL},
	.help = "of the region",
};

static const struct bench_param *const params[] = {
	&param_change,
	&notifier_param_mapped_kind,
	&notifier_param_subscribers,
	&notifier_param_where,
	&param_size,
	NULL,
};

static const struct change *change_of(const struct bench_ctx *ctx)
{
	const struct change *change = changes;

	while (strcmp(change->name, bench_param(ctx, "change")))
		change++;
	return change;
}

/* Afresh, whatever the last call left. */
static int fault_in(struct bench_ctx *ctx, bool is_huge)
{
	struct notifier_case *c = bench_state(ctx);
	char *at;

	while (waitpid(-1, NULL, WNOHANG) >= 0)
		usleep(1000);
	at = mmap(c->addr, c->bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (at == MAP_FAILED)
		return bench_fail(ctx, errno, "mmap: %s", strerror(errno));
	if (is_huge && madvise(at, c->bytes, MADV_HUGEPAGE))
		return bench_skip(ctx, "no transparent huge pages: %s", strerror(errno));
	memset(at, 1, c->bytes);
	return 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	const struct change *change = change_of(ctx);
	struct notifier_case *c = bench_state(ctx);
	int err = fault_in(ctx, change->is_huge);

	if (!err)
		err = operation_call(ctx, &c->rounds.operations[0], change->call, c, 1);
	if (err == -EINVAL && change->call == call_collapse)
		return bench_skip(ctx, "this kernel does not collapse it: %s", strerror(EINVAL));
	return err < 0 ? bench_fail(ctx, err, "%s: %s", change->name, strerror(-err)) : err;
}

/* Once more, not measured: who was told how often. */
static int tell_calls(struct bench_ctx *ctx)
{
	const struct change *change = change_of(ctx);
	struct notifier_case *c = bench_state(ctx);
	struct pinbench_notifier before = {0}, after = {0};
	int err = fault_in(ctx, change->is_huge);

	if (!err)
		err = notifier_count(ctx, &before);
	if (!err && change->call(c))
		err = bench_fail(ctx, errno, "%s: %s", change->name, strerror(errno));
	if (!err)
		err = notifier_count(ctx, &after);
	if (!err)
		bench_fact_number(ctx, "told", (double)(after.told - before.told));
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	const struct change *change = change_of(ctx);
	size_t bytes = bench_param_size_bytes(ctx, "size");
	struct notifier_case *c;
	int err = notifier_setup(ctx, &c);

	if (!err)
		err = notifier_check_where(ctx);
	if (!err && (change->is_huge || change->call == call_collapse) &&
	    bytes < NOTIFIER_HUGE_BYTES)
		err = bench_skip(ctx, "the region is smaller than a huge page");
	if (!err)
		err = notifier_reserve(ctx, bytes);
	if (!err)
		err = notifier_subscribe(ctx, NULL, notifier_is_here(ctx) ? c->addr : c->elsewhere);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &names, 1, NULL);
	if (!err)
		err = rounds_rehearse(ctx, &c->rounds, round_of_calls);
	return err ? err : tell_calls(ctx);
}

static void teardown(struct bench_ctx *ctx)
{
	if (bench_state(ctx))
		notifier_unsubscribe(ctx, NULL);
	notifier_teardown(ctx);
}

const struct bench bench_notifier_invalidate = {
	.name = "notifier/invalidate",
	.summary = "What subscribers to an address space cost whoever changes its mappings",
	.path = "mmu_notifier_invalidate_range_start() -> each subscriber; "
		"mmu_notifier_invalidate_range_end()",
	.inside = "the system call, from user space",
	.outside = "faulting the region in; what subscribers would do: these count; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = notifier_run,
	.teardown = teardown,
};
