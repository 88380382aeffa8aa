/*
 * Family gup, the shared part. One pass counts slow-path entries and shows whether the
 * kernel takes the request at all; more follow until they cost the same; then each
 * repetition acquires and releases once. Pages asked for and got, pins taken and given back are
 * compared every time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "bench/core/pins.h"
#include "bench/core/settle.h"
#include "bench/gup/gup.h"

#define PAGE_BYTES 4096ul

static const struct bench_param param_batch = {
	.name = "batch",
	.fallback = "512",
	.allowed = (const char *const[]){"1", "16", "512", "whole", NULL},
	.help = "pages asked for in one call; whole: the region in a single call",
};

static const struct bench_param param_write = {
	.name = "write",
	.fallback = "1",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: for writing (FOLL_WRITE)",
};

static const struct bench_param param_longterm = {
	.name = "longterm",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: pinned for long (FOLL_LONGTERM): not in CMA, not movable",
};

static const struct bench_param param_memfd = {
	.name = "backing",
	.fallback = "memfd",
	.allowed = (const char *const[]){"memfd", NULL},
	.help = "the memory: only a memfd has the folios that this pins",
};

const struct bench_param *const gup_params_pin[] = {
	&backing_param_backing, &backing_param_page, &param_batch, &param_write,
	&param_longterm,	&backing_param_size, NULL,
};

const struct bench_param *const gup_params_get[] = {
	&backing_param_backing, &backing_param_page, &param_batch,
	&param_write,		&backing_param_size, NULL,
};

const struct bench_param *const gup_params_memfd[] = {
	&param_memfd, &backing_param_page, &param_batch, &backing_param_size, NULL,
};

const struct gup_metrics gup_metrics_get = {"get", "get_call_p50", "get_call_p99", "get_call_max",
					    "get_bandwidth"};
const struct gup_metrics gup_metrics_pin = {"pin", "pin_call_p50", "pin_call_p99", "pin_call_max",
					    "pin_bandwidth"};
const struct gup_metrics gup_metrics_put = {"put", "put_call_p50", "put_call_p99", "put_call_max",
					    "put_bandwidth"};
const struct gup_metrics gup_metrics_unpin = {"unpin", "unpin_call_p50", "unpin_call_p99",
					      "unpin_call_max", "unpin_bandwidth"};

/* clang-format off */
#define METRICS(verb, what, secondary)                                                            \
	{.name = verb, .per = "page", .help = what, .exploratory = secondary},                    \
	{.name = verb "_call_p50", .per = "call", .help = "median call", .exploratory = true},    \
	{.name = verb "_call_p99", .per = "call", .help = "99th percentile of the calls",         \
	 .exploratory = true},                                                                    \
	{.name = verb "_call_max", .per = "call", .help = "longest call", .exploratory = true},   \
	{.name = verb "_bandwidth", .unit = "GB/s", .help = "memory per time, timed only",        \
	 .higher_is_better = true, .exploratory = true}
/* clang-format on */

const struct bench_metric gup_get_then_put[] = {
	METRICS("get", "taking a reference", false),
	METRICS("put", "put_page() of it", true),
	{.name = NULL},
};

const struct bench_metric gup_pin_then_unpin[] = {
	METRICS("pin", "pinning", false),
	METRICS("unpin", "the release that goes with it", true),
	{.name = NULL},
};

const struct bench_metric gup_put_alone[] = {
	METRICS("put", "giving the reference back", false),
	{.name = NULL},
};

const struct bench_metric gup_unpin_alone[] = {
	METRICS("unpin", "unpinning", false),
	{.name = NULL},
};

static uint64_t region_pages(const struct bench_ctx *ctx)
{
	return bench_param_size_bytes(ctx, "size") / PAGE_BYTES;
}

static unsigned int batch_pages(const struct bench_ctx *ctx)
{
	uint64_t pages = region_pages(ctx);
	uint64_t batch = bench_param_size_bytes(ctx, "batch");

	return batch && batch < pages ? batch : pages;
}

/*
 * What the kernel refuses by its own rules. Anything else that is refused is a
 * failure: a broken fast path must not pass for a skip.
 */
static const char *known_refusal(const struct bench_ctx *ctx, const struct gup_spec *spec, int err)
{
	bool is_write = bench_param(ctx, "write") && bench_param_bool(ctx, "write");
	const char *backing = bench_param(ctx, "backing");
	bool longterm = bench_param(ctx, "longterm") && bench_param_bool(ctx, "longterm");

	if (err == EOPNOTSUPP)
		return "this kernel has no such function";
	if (err != EFAULT)
		return NULL;
	if (spec->acquire == PINBENCH_GUP_GET_FAST_ONLY && !strcmp(backing, "unfaulted"))
		return "the fast path alone cannot fault pages in";
	if (spec->acquire == PINBENCH_GUP_GET_FAST_ONLY && is_write && !strcmp(backing, "forked"))
		return "the fast path alone cannot unshare pages";
	if (spec->acquire == PINBENCH_GUP_GET_FAST_ONLY && !strcmp(backing, "zero"))
		return "the fast path alone does not take the zero page (a special pte)";
	if (longterm && is_write && !strcmp(backing, "file"))
		return "the kernel refuses long-term writable pins of a file that tracks dirty "
		       "pages";
	return NULL;
}

static int explain(struct bench_ctx *ctx, const struct gup_spec *spec, const char *function,
		   int err)
{
	const char *refusal = known_refusal(ctx, spec, err);

	if (refusal)
		return bench_skip(ctx, "%s(): %s: %s", function, strerror(err), refusal);
	return bench_fail(ctx, err, "%s() did not give every page asked for: %s", function,
			  strerror(err));
}

static int acquire(struct bench_ctx *ctx, const struct gup_spec *spec, const struct backing *b,
		   unsigned int flags, struct gup_pass *pass)
{
	bool is_memfd = spec->acquire == PINBENCH_GUP_MEMFD_PIN_FOLIOS;
	struct pinbench_gup_acquire req = {
		.samples = durations_request(&pass->acquire, bench_is_counted(ctx)),
		.addr = is_memfd ? 0 : (uintptr_t)b->addr,
		.nr_pages = region_pages(ctx),
		.batch = batch_pages(ctx),
		.method = spec->acquire,
		.flags = flags,
		.memfd = is_memfd ? b->fd : -1,
	};

	if (bench_param(ctx, "write") && bench_param_bool(ctx, "write"))
		req.flags |= PINBENCH_GUP_WRITE;
	if (bench_param(ctx, "longterm") && bench_param_bool(ctx, "longterm"))
		req.flags |= PINBENCH_GUP_LONGTERM;
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_GUP_ACQUIRE, &req))
		return explain(ctx, spec, spec->acquire_function, errno);
	durations_take(&pass->acquire, &req.samples);
	pass->pages = req.pages;
	pass->folios = req.folios;
	pass->slow_calls = req.slow_calls;
	if (req.pages != req.nr_pages)
		return bench_fail(ctx, EPROTO, "%s() gave %llu of %llu pages",
				  spec->acquire_function, (unsigned long long)req.pages,
				  (unsigned long long)req.nr_pages);
	return 0;
}

static int release(struct bench_ctx *ctx, const struct gup_spec *spec, struct gup_pass *pass)
{
	struct pinbench_gup_release req = {
		.samples = durations_request(&pass->release, bench_is_counted(ctx)),
		.batch = batch_pages(ctx),
		.method = spec->release,
	};

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_GUP_RELEASE, &req))
		return explain(ctx, spec, spec->release_function, errno);
	durations_take(&pass->release, &req.samples);
	if (req.pages != pass->pages)
		return bench_fail(ctx, EPROTO, "%s() gave back %llu of %llu pages",
				  spec->release_function, (unsigned long long)req.pages,
				  (unsigned long long)pass->pages);
	return 0;
}

int gup_pass_run(struct bench_ctx *ctx, const struct gup_spec *spec, const struct backing *b,
		 unsigned int flags, struct gup_pass *pass)
{
	struct pins before, pins;
	int err = pins_read(ctx, &before);

	if (!err)
		err = acquire(ctx, spec, b, flags, pass);
	if (!err)
		err = release(ctx, spec, pass);
	if (!err)
		err = pins_account(ctx, &before, &pins);
	return err;
}

int gup_pass_init(struct bench_ctx *ctx, struct gup_pass *ret_pass)
{
	size_t calls = region_pages(ctx);
	int err;

	*ret_pass = (struct gup_pass){0};
	err = durations_init(&ret_pass->acquire, calls);
	if (!err)
		err = durations_init(&ret_pass->release, calls);
	return err ? bench_fail(ctx, -err, "no memory for %zu durations", calls) : 0;
}

void gup_pass_free(struct gup_pass *pass)
{
	durations_free(&pass->acquire);
	durations_free(&pass->release);
}

static void mark(struct bench_ctx *ctx, const struct gup_metrics *names, struct durations *d)
{
	if (!names)
		return;
	d->region = bench_region(ctx, names->per_page, "page");
	d->counting = bench_counting(ctx);
}

static void report(struct bench_ctx *ctx, const struct gup_metrics *names, struct durations *d)
{
	double overhead = bench_call_overhead(ctx);
	double total = durations_total(d, overhead);
	uint64_t pages = region_pages(ctx);

	if (!names)
		return;
	bench_region_add(ctx, d->region, d->count, durations_sum(d), overhead, pages);
	bench_sample(ctx, names->per_page, total / (double)pages);
	bench_sample(ctx, names->call_p50, durations_quantile(d, 0.5, overhead));
	bench_sample(ctx, names->call_p99, durations_quantile(d, 0.99, overhead));
	bench_sample(ctx, names->call_max, durations_quantile(d, 1, overhead));
	/* Bytes per ns are GB/s. */
	if (!bench_is_counted(ctx) && total > 0)
		bench_sample(ctx, names->bandwidth, (double)(pages * PAGE_BYTES) / total);
}

static void report_facts(struct bench_ctx *ctx, const struct gup_pass *pass)
{
	bench_fact_number(ctx, "pages", (double)pass->pages);
	bench_fact_number(ctx, "folios", (double)pass->folios);
	bench_fact_number(ctx, "acquire_calls", (double)pass->acquire.count);
	bench_fact_number(ctx, "release_calls", (double)pass->release.count);
	bench_fact_number(ctx, "ticks_in_calls", pass->acquire.ticks + pass->release.ticks);
}

/* The pass that counts: what it measures is thrown away. */
static int count_slow_calls(struct bench_ctx *ctx, const struct gup_spec *spec,
			    const struct backing *b, struct gup_pass *pass)
{
	int err = gup_pass_run(ctx, spec, b, PINBENCH_GUP_COUNT_SLOW, pass);

	if (err)
		return err;
	if (pass->slow_calls == PINBENCH_GUP_SLOW_UNKNOWN)
		bench_fact_null(ctx, "slow_calls");
	else
		bench_fact_number(ctx, "slow_calls", (double)pass->slow_calls);
	return 0;
}

/*
 * The first touches by GUP age the pages (FOLL_TOUCH: referenced, then active), which
 * costs more than pinning them. Passes that cost the same are past that.
 */
static int settle(struct bench_ctx *ctx, const struct gup_spec *spec, const struct backing *b,
		  struct gup_pass *pass)
{
	struct settle settle = {0};
	bool more = true;
	int err = 0;

	while (!err && more) {
		err = gup_pass_run(ctx, spec, b, 0, pass);
		more = settle_wants_more(ctx, &settle,
					 durations_total(&pass->acquire, 0) +
						 durations_total(&pass->release, 0));
	}
	return err;
}

struct gup_case {
	struct backing backing;
	struct gup_pass pass;
};

static const struct gup_spec *spec_of(const struct bench_ctx *ctx)
{
	return bench_self(ctx)->data;
}

static int refuse_writing_zero(struct bench_ctx *ctx)
{
	if (!strcmp(bench_param(ctx, "backing"), "zero") && bench_param(ctx, "write") &&
	    bench_param_bool(ctx, "write"))
		return bench_skip(ctx, "the zero page is read-only: write=1 would replace it");
	return 0;
}

int gup_setup(struct bench_ctx *ctx)
{
	struct gup_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	err = refuse_writing_zero(ctx);
	if (!err)
		err = gup_pass_init(ctx, &c->pass);
	if (!err)
		err = backing_prepare(ctx, &c->backing);
	if (!err)
		err = count_slow_calls(ctx, spec_of(ctx), &c->backing, &c->pass);
	if (!err && !backing_is_consumed(ctx))
		err = settle(ctx, spec_of(ctx), &c->backing, &c->pass);
	return err;
}

int gup_run(struct bench_ctx *ctx)
{
	struct gup_case *c = bench_state(ctx);
	int err = 0;

	if (backing_is_consumed(ctx)) {
		backing_drop(&c->backing);
		err = backing_prepare(ctx, &c->backing);
	}
	/* From here on: what ran before is no part of a figure. */
	mark(ctx, spec_of(ctx)->acquire_metrics, &c->pass.acquire);
	mark(ctx, spec_of(ctx)->release_metrics, &c->pass.release);
	if (!err)
		err = gup_pass_run(ctx, spec_of(ctx), &c->backing, 0, &c->pass);
	if (err)
		return err;
	report(ctx, spec_of(ctx)->acquire_metrics, &c->pass.acquire);
	report(ctx, spec_of(ctx)->release_metrics, &c->pass.release);
	report_facts(ctx, &c->pass);
	return 0;
}

void gup_teardown(struct bench_ctx *ctx)
{
	struct gup_case *c = bench_state(ctx);

	if (!c)
		return;
	backing_drop(&c->backing);
	gup_pass_free(&c->pass);
	free(c);
}
