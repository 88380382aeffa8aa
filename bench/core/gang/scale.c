/* Scaling: see scale.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/gang/scale.h"
#include "bench/core/pins.h"

#define PAGE_BYTES 4096ul
#define WINDOW_NS  100000000ull
#define NS_PER_US  1000.0

const struct bench_param scale_param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", NULL},
	.help = "each worker's memory: anonymous, or hugetlb",
};

/* Not 64k: that is a setting of the whole machine, which workers would put back in turn. */
const struct bench_param scale_param_page = {
	.name = "page",
	.fallback = "4k",
	.allowed = (const char *const[]){"4k", "2m", NULL},
	.help = "its folio size: 4k, or 2m (THP or hugetlb)",
};

const struct bench_param scale_param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"2m", "4m", "8m", "16m", NULL},
	.help = "size of each worker's region",
};

const struct bench_param scale_param_threads = {
	.name = "threads",
	.fallback = "2",
	.allowed = (const char *const[]){"1", "2", "3", "4", "6", "8", "12", "16", "24", "32", "48",
					 "64", NULL},
	.help = "workers at the same time; more than there are CPUs take turns on them",
};

const struct bench_param scale_param_mm = {
	.name = "mm",
	.fallback = "one",
	.allowed = (const char *const[]){"one", "each", NULL},
	.help = "one: threads that share an mm, with its locks and counters; each: processes with "
		"an mm of their own",
};

const struct bench_metric scale_metrics[] = {
	{.name = "each", .per = "page", .help = "pinning and unpinning, by one worker's time"},
	{.name = "total",
	 .unit = "pages/us",
	 .help = "pinned and unpinned by all workers",
	 .higher_is_better = true},
	{.name = "slowest",
	 .unit = "ratio",
	 .help = "the slowest worker's time per page to the fastest one's",
	 .exploratory = true},
	{.name = NULL},
};

struct scale_case {
	struct gang *gang;
	uint64_t window_ns;
};

static unsigned int threads_of(const struct bench_ctx *ctx)
{
	return (unsigned int)bench_param_size_bytes(ctx, "threads");
}

static int work(struct bench_ctx *ctx, struct gang_result *ret_result)
{
	struct scale_case *c = bench_state(ctx);
	struct pins before, pins;
	int err = pins_read(ctx, &before);

	if (!err)
		err = gang_run(ctx, c->gang, c->window_ns, ret_result);
	if (!err)
		err = pins_account_among_others(ctx, &before, &pins);
	if (!err && !pins.acquired)
		err = bench_fail(ctx, EPROTO,
				 "the workers went through their memory, and the "
				 "kernel counted no pin");
	return err;
}

int scale_setup(struct bench_ctx *ctx)
{
	const struct scale_spec *spec = bench_self(ctx)->data;
	enum gang_kind kind = strcmp(bench_param(ctx, "mm"), "one") ? GANG_PROCESSES : GANG_THREADS;
	struct scale_case *c = calloc(1, sizeof(*c));
	unsigned int cpus = (unsigned int)bench_cpu_count(ctx);
	struct gang_result unused;
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	bench_fact_number(ctx, "cpus", cpus);
	bench_fact_number(ctx, "oversubscribed", threads_of(ctx) > cpus);
	/* Who waits for a turn waits as long as others have theirs. */
	c->window_ns = WINDOW_NS * ((threads_of(ctx) + cpus - 1) / cpus);
	err = gang_start(ctx, &spec->work, kind, threads_of(ctx), &c->gang);
	/* A round that is no part of any figure: the first one finds caches and page tables cold.
	 */
	return err ? err : work(ctx, &unused);
}

static void report(struct bench_ctx *ctx, const struct gang_result *r)
{
	double pages = (double)bench_param_size_bytes(ctx, "size") / PAGE_BYTES;
	double window_ns = (double)r->window_ns, least = INFINITY, most = 0, all = 0;

	for (unsigned int i = 0; i < r->workers; i++) {
		least = fmin(least, r->passes[i]);
		most = fmax(most, r->passes[i]);
		all += r->passes[i];
	}
	bench_sample(ctx, "each", window_ns * r->workers / (all * pages));
	bench_sample(ctx, "total", all * pages / (window_ns / NS_PER_US));
	bench_sample(ctx, "slowest", most / least);
	bench_fact_number(ctx, "window_ns", window_ns);
	bench_fact_number(ctx, "warmup_ns", (double)r->warmup_ns);
	bench_fact_number(ctx, "passes_min", round(least));
	bench_fact_number(ctx, "passes_max", round(most));
	bench_fact_number(ctx, "pages_per_pass", pages);
}

int scale_run(struct bench_ctx *ctx)
{
	struct gang_result result;
	int err = work(ctx, &result);

	if (!err)
		report(ctx, &result);
	return err;
}

void scale_teardown(struct bench_ctx *ctx)
{
	struct scale_case *c = bench_state(ctx);

	if (!c)
		return;
	gang_stop(c->gang);
	free(c);
}
