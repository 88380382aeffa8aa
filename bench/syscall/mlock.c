/*
 * syscall/mlock: what locking user memory costs, and unlocking it: what most programs mean by
 * pinning, which pins nothing.
 *
 * Timed: mlock() of the whole region, which faults in what is not there (backing=unfaulted,
 * forked), then munlock() of it. Excluded: the memory, the checks, the clock. Path: do_mlock() ->
 * mlock_fixup() -> mlock_pte_range() -> mlock_folio(); __mm_populate() ->
 * __get_user_pages() without pages; munlock_folio()
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/pageflags.h"
#include "bench/syscall/syscall.h"

#define ROUNDS 8

enum {
	LOCK,
	UNLOCK,
};

static const struct operation_metrics operations[] = {
	[LOCK] = OPERATION_NAMES("lock", "page"),
	[UNLOCK] = OPERATION_NAMES("unlock", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("lock", "page", "mlock()", false),
	OPERATION_METRICS("unlock", "page", "munlock()", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&syscall_param_backing,
	&backing_param_page,
	&backing_param_size,
	NULL,
};

static int call_mlock(void *context)
{
	const struct backing *b = context;

	return mlock(b->addr, b->bytes) ? -errno : 0;
}

static int call_munlock(void *context)
{
	const struct backing *b = context;

	return munlock(b->addr, b->bytes) ? -errno : 0;
}

/* The kernel's own account of locked memory: VmLck. */
static int read_locked(struct bench_ctx *ctx, const char *fact, size_t *ret_bytes)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long kib;
	char line[128];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "VmLck: %lu kB", &kib) == 1;
	if (file)
		fclose(file);
	if (!found)
		return bench_fail(ctx, ENOENT, "/proc/self/status has no VmLck");
	*ret_bytes = kib * 1024;
	bench_fact_number(ctx, fact, (double)*ret_bytes);
	return 0;
}

static int check_locked(struct bench_ctx *ctx, const struct backing *b, size_t before)
{
	struct page_survey survey;
	size_t during, want;
	int err = read_locked(ctx, "vm_lck_during_bytes", &during);

	if (err)
		return err;
	err = page_survey_take(b->addr, b->bytes, &survey);
	if (err)
		return bench_fail(ctx, err, "cannot see what is resident: %s", strerror(-err));
	if (survey.resident != survey.pages)
		return bench_fail(ctx, 0, "only %zu of %zu pages are resident after mlock()",
				  survey.resident, survey.pages);
	/* hugetlb is never reclaimed: mlock() neither marks nor counts it. */
	want = survey.hugetlb ? 0 : b->bytes;
	if (during - before != want)
		return bench_fail(ctx, 0, "VmLck rose by %zu bytes, not by %zu", during - before,
				  want);
	return 0;
}

static int lock_and_unlock(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct backing *b = &c->backing;
	uint64_t pages = b->bytes / SYSCALL_PAGE_BYTES;
	size_t before, after;
	int err = read_locked(ctx, "vm_lck_before_bytes", &before);

	syscall_drain_lru(c);
	if (!err)
		err = syscall_call(ctx, c, LOCK, "mlock()", call_mlock, b, pages);
	if (!err)
		err = check_locked(ctx, b, before);
	syscall_drain_lru(c);
	if (!err)
		err = syscall_call(ctx, c, UNLOCK, "munlock()", call_munlock, b, pages);
	if (!err)
		err = read_locked(ctx, "vm_lck_after_bytes", &after);
	if (!err && after != before)
		err = bench_fail(ctx, 0, "VmLck is %zu bytes after munlock(), %zu before mlock()",
				 after, before);
	return err;
}

/* What mlock() faults in is there from then on: such memory serves once. */
static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	int rounds = backing_is_consumed(ctx) ? 1 : ROUNDS, err = 0;

	for (int i = 0; !err && i < rounds; i++)
		err = lock_and_unlock(ctx, c);
	return err;
}

static int open_case(struct bench_ctx *ctx, struct syscall_case *c)
{
	if (!mlock(c, 1))
		return munlock(c, 1) ? bench_fail(ctx, errno, "munlock(): %s", strerror(errno)) : 0;
	return bench_skip(ctx, "mlock(): %s; as root, or with a larger RLIMIT_MEMLOCK",
			  strerror(errno));
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = sizeof(operations) / sizeof(operations[0]),
	.unpinned = "nothing: VM_LOCKED keeps them from being reclaimed, not from moving",
	.open = open_case,
	.pass = pass,
};

const struct bench bench_syscall_mlock = {
	.name = "syscall/mlock",
	.summary = "What mlock() of user memory costs per page, there already or not, and "
		   "munlock() after it",
	.path = "do_mlock() -> mlock_fixup() -> mlock_pte_range() -> mlock_folio(); "
		"__mm_populate() -> __get_user_pages(); munlock_folio()",
	.inside = "mlock() of the region, then munlock()",
	.outside = "mapping, faulting in and verifying the memory, reading VmLck, and the clock's "
		   "own cost, which is subtracted",
	.metrics = metrics,
	.params = params,
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
