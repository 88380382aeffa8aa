/*
 * gup/reference: the module against the kernel's own gup_test, in one boot, on the
 * same pages: ours divided by theirs.
 *
 * Timed: pin_user_pages_fast() and unpin_user_pages() as gup/pin_fast does, then
 * PIN_FAST_BENCHMARK of /sys/kernel/debug/gup_test, which times its whole loop with
 * ktime_get() and rounds to microseconds.
 * Excluded: faulting the memory in.
 * Path: pin_user_pages_fast(), unpin_user_pages()
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "bench/gup/gup.h"

#define GUP_TEST_FILE	    "/sys/kernel/debug/gup_test"
#define GUP_TEST_FOLL_WRITE 1u /* FOLL_WRITE: the same in every kernel */
#define GUP_TEST_MAX_DUMPED 8
#define REFERENCE_BATCH	    512
#define TIMED_TURNS	    15

/* The kernel's ABI for this file: mm/gup_test.h. */
struct gup_test {
	__u64 get_delta_usec;
	__u64 put_delta_usec;
	__u64 addr;
	__u64 size;
	__u32 nr_pages_per_call;
	__u32 gup_flags;
	__u32 test_flags;
	__u32 which_pages[GUP_TEST_MAX_DUMPED];
};

#define GUP_TEST_PIN_FAST _IOWR('g', 2, struct gup_test)

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_fast",
	.release_function = "unpin_user_pages",
	.acquire = PINBENCH_GUP_PIN_FAST,
	.release = PINBENCH_GUP_UNPIN,
};

static const struct bench_param param_batch = {
	.name = "batch",
	.fallback = "512",
	.allowed = (const char *const[]){"512", NULL},
	.help = "pages asked for in one call",
};

static const struct bench_param *const params[] = {
	&backing_param_backing, &backing_param_page, &param_batch, &backing_param_size, NULL,
};

static const struct bench_metric metrics[] = {
	{.name = "pin_ratio",
	 .unit = "ratio",
	 .exploratory = true,
	 .help = "our pin per page over gup_test's"},
	{.name = "unpin_ratio",
	 .unit = "ratio",
	 .exploratory = true,
	 .help = "our unpin per page over gup_test's"},
	{.name = NULL},
};

/* gup_test does not wait for a tick itself; a sleep ends right after one. */
static void wait_for_tick(void)
{
	struct timespec ms = {.tv_nsec = 1000000};

	nanosleep(&ms, NULL);
}

static int run_gup_test(struct bench_ctx *ctx, const struct backing *b, struct gup_test *ret_test)
{
	int fd = open(GUP_TEST_FILE, O_RDWR | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return bench_fail(ctx, errno, "%s: %s", GUP_TEST_FILE, strerror(errno));
	*ret_test = (struct gup_test){
		.addr = (uintptr_t)b->addr,
		.size = b->bytes,
		.nr_pages_per_call = REFERENCE_BATCH,
		.gup_flags = GUP_TEST_FOLL_WRITE,
	};
	wait_for_tick();
	if (ioctl(fd, GUP_TEST_PIN_FAST, ret_test))
		err = bench_fail(ctx, errno, "gup_test: %s", strerror(errno));
	else if (ret_test->size != b->bytes)
		err = bench_fail(ctx, EPROTO, "gup_test pinned %llu of %zu bytes",
				 (unsigned long long)ret_test->size, b->bytes);
	else if (!ret_test->get_delta_usec || !ret_test->put_delta_usec)
		err = bench_fail(ctx, EPROTO, "gup_test reports no time; use a larger size");
	close(fd);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct backing *b = calloc(1, sizeof(*b));

	if (!b)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, b);
	if (backing_is_consumed(ctx))
		return bench_skip(ctx,
				  "backing=%s changes when it is pinned; the two would not "
				  "see the same pages",
				  bench_param(ctx, "backing"));
	return backing_prepare(ctx, b);
}

/* What one pass of each took, of ours without the clock's own cost. */
struct turn {
	double pin_ns, unpin_ns; /* counted: instructions */
	double their_pin_usec, their_unpin_usec;
};

static int take_turn(struct bench_ctx *ctx, const struct backing *b, struct gup_pass *pass,
		     struct turn *ret_turn)
{
	double overhead = bench_call_overhead(ctx);
	struct gup_test test = {0};
	int err = gup_pass_run(ctx, &spec, b, PINBENCH_GUP_WRITE, pass);

	if (!err)
		err = run_gup_test(ctx, b, &test);
	if (err)
		return err;
	*ret_turn = (struct turn){
		.pin_ns = durations_total(&pass->acquire, overhead),
		.unpin_ns = durations_total(&pass->release, overhead),
		.their_pin_usec = (double)test.get_delta_usec,
		.their_unpin_usec = (double)test.put_delta_usec,
	};
	bench_region_add(ctx, pass->acquire.region, pass->acquire.count,
			 durations_sum(&pass->acquire), overhead, pass->pages);
	bench_region_add(ctx, pass->release.region, pass->release.count,
			 durations_sum(&pass->release), overhead, pass->pages);
	return 0;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of an odd number. */
static double median_at(const struct turn *turns, size_t count, size_t offset)
{
	double values[TIMED_TURNS];

	for (size_t i = 0; i < count; i++)
		memcpy(&values[i], (const char *)&turns[i] + offset, sizeof(values[i]));
	qsort(values, count, sizeof(*values), compare_doubles);
	return values[count / 2];
}

static void report(struct bench_ctx *ctx, const struct turn *turns, size_t count)
{
	double pin_usec = median_at(turns, count, offsetof(struct turn, their_pin_usec));
	double unpin_usec = median_at(turns, count, offsetof(struct turn, their_unpin_usec));

	bench_sample(ctx, "pin_ratio",
		     median_at(turns, count, offsetof(struct turn, pin_ns)) / (pin_usec * 1000));
	bench_sample(ctx, "unpin_ratio",
		     median_at(turns, count, offsetof(struct turn, unpin_ns)) /
			     (unpin_usec * 1000));
	bench_fact_number(ctx, "gup_test_pin_usec", pin_usec);
	bench_fact_number(ctx, "gup_test_unpin_usec", unpin_usec);
}

/* Of instructions one turn is exact; of time a few are, in turns, so that a disturbance is in one.
 */
static int run(struct bench_ctx *ctx)
{
	const struct backing *b = bench_state(ctx);
	size_t count = bench_is_counted(ctx) ? 1 : TIMED_TURNS;
	struct turn turns[TIMED_TURNS] = {0};
	struct gup_pass pass;
	int err = gup_pass_init(ctx, &pass);

	pass.acquire.region = bench_region(ctx, "pin_ratio", "page");
	pass.release.region = bench_region(ctx, "unpin_ratio", "page");
	for (size_t i = 0; !err && i < count; i++)
		err = take_turn(ctx, b, &pass, &turns[i]);
	if (!err)
		report(ctx, turns, count);
	gup_pass_free(&pass);
	return err;
}

static void teardown(struct bench_ctx *ctx)
{
	struct backing *b = bench_state(ctx);

	if (b)
		backing_drop(b);
	free(b);
}

const struct bench bench_gup_reference = {
	.name = "gup/reference",
	.summary = "How the module's figures for pin_user_pages_fast() and unpin_user_pages() "
		   "compare with the kernel's own gup_test: 1.00 is agreement",
	.path = "pin_user_pages_fast(), unpin_user_pages(); /sys/kernel/debug/gup_test",
	.inside = "ours: the calls alone; gup_test's: its loop over the calls",
	.outside = "mapping and faulting in the memory",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE | BENCH_NEEDS_GUP_TEST,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
