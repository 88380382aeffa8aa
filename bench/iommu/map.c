/*
 * iommu/map: what it costs to map a program's memory for a device, and to unmap it, by who asks:
 * VFIO's type 1, iommufd with a device, or iommufd without one, which notes it and pins nothing.
 *
 * Timed: VFIO_IOMMU_MAP_DMA or IOMMU_IOAS_MAP of the region, in one call or several; then
 * VFIO_IOMMU_UNMAP_DMA or IOMMU_IOAS_UNMAP of the same. For reading and writing by the device.
 * Excluded: the memory; opening and attaching the device; the clock.
 * Path: vfio_dma_do_map() -> vfio_pin_pages_remote() -> pin_user_pages_remote(); iopt_map_pages()
 * -> pfn_reader_user_pin() -> pin_user_pages_fast() or _remote(); iommu_map(); iommu_unmap()
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "bench/core/memory/layout.h"
#include "bench/core/rounds.h"
#include "bench/iommu/iommu.h"

/* What a page costs more or less with what lies beside it: seen up to a half. */
#define CHANCE_PERCENT 10

enum operations {
	MAP,
	UNMAP
};

static const struct operation_metrics names[] = {
	[MAP] = OPERATION_NAMES("map", "page"),
	[UNMAP] = OPERATION_NAMES("unmap", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "mapping a page for the device", false),
	OPERATION_METRICS("unmap", "page", "unmapping it", false),
	{.name = NULL},
};

static const struct bench_param param_call = {
	.name = "call",
	.fallback = "whole",
	.allowed = (const char *const[]){"4k", "64k", "2m", "whole", NULL},
	.help = "how much is mapped by one call; whole: the region",
};

static const struct bench_param *const params[] = {
	&iommu_param_iommu,	&iommu_param_api,    &iommu_param_domain,
	&backing_param_backing, &backing_param_page, &backing_param_size,
	&layout_param,		&param_call,	     NULL,
};

struct map_case {
	struct iommu_user user;
	struct backing backing;
	struct rounds rounds;
	uint64_t call_bytes;
	size_t calls;
};

static int explain(struct bench_ctx *ctx, const struct map_case *c, enum operations what, int err)
{
	const char *device = c->user.vfio.is_open ? c->user.vfio.pci.name : "no device";
	struct rlimit limit;

	if (what == MAP && !strcmp(bench_param(ctx, "backing"), "file"))
		return bench_skip(ctx,
				  "long-term writable pins of a file that tracks dirty pages are "
				  "refused: %s",
				  strerror(-err));
	if (what == MAP && err == -ENOMEM && !getrlimit(RLIMIT_MEMLOCK, &limit) &&
	    limit.rlim_cur < c->backing.bytes)
		return bench_skip(ctx,
				  "%s: %zu bytes are beyond RLIMIT_MEMLOCK (%llu), and there is "
				  "no CAP_IPC_LOCK",
				  device, c->backing.bytes, (unsigned long long)limit.rlim_cur);
	return bench_fail(ctx, err, "%sping %llu bytes for %s: %s", names[what].each,
			  (unsigned long long)c->call_bytes, device, strerror(-err));
}

static int call_all(struct bench_ctx *ctx, enum operations what, measured_call call)
{
	struct map_case *c = bench_state(ctx);

	for (size_t i = 0; i < c->calls; i++) {
		struct iommu_range range = {
			.user = &c->user,
			.addr = (char *)c->backing.addr + i * c->call_bytes,
			.bytes = c->call_bytes,
			.iova = IOMMU_IOVA + i * c->call_bytes,
		};
		int err = operation_call(ctx, &c->rounds.operations[what], call, &range,
					 c->call_bytes / IOMMU_PAGE_BYTES);

		if (err)
			return explain(ctx, c, what, err);
	}
	return 0;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct iommu_account before, mapped;
	int err = iommu_account_read(ctx, &before);

	if (!err)
		err = call_all(ctx, MAP, iommu_call_map);
	if (!err)
		err = iommu_account_read(ctx, &mapped);
	if (!err)
		err = call_all(ctx, UNMAP, iommu_call_unmap);
	if (err)
		return err;
	iommu_account_tell(ctx, &before, &mapped);
	return iommu_account_check(ctx, &before);
}

static int setup_user(struct bench_ctx *ctx, struct map_case *c)
{
	bool attached = bench_param_bool(ctx, "domain");
	int err;

	if (!strcmp(bench_param(ctx, "backing"), "zero"))
		return bench_skip(ctx, "mapped for writing, which the zero page is not for");
	bench_fact_number(ctx, "domain", attached);
	for (int i = MAP; layout_is_chance(ctx) && i <= UNMAP; i++)
		bench_min_effect(ctx, names[i].each, CHANCE_PERCENT);
	err = iommu_user_open(ctx, attached, &c->user);
	return err || !attached ? err : iommu_check(ctx, &c->user.vfio.pci);
}

static int setup_calls(struct bench_ctx *ctx, struct map_case *c)
{
	int err = 0;

	c->call_bytes = bench_param_size_bytes(ctx, "call");
	if (!c->call_bytes || c->call_bytes > c->backing.bytes)
		c->call_bytes = c->backing.bytes;
	c->calls = c->backing.bytes / c->call_bytes;
	for (int i = MAP; !err && i <= UNMAP; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], c->calls, NULL);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct map_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	err = setup_user(ctx, c);
	if (!err)
		err = backing_prepare(ctx, &c->backing);
	if (!err)
		err = layout_arrange(ctx, &c->backing);
	if (!err)
		err = setup_calls(ctx, c);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

/* Memory that being mapped changes is made anew, so that its figure is the first touch's. */
static int run(struct bench_ctx *ctx)
{
	struct map_case *c = bench_state(ctx);
	int err = 0;

	if (backing_is_consumed(ctx)) {
		backing_drop(&c->backing);
		err = backing_prepare(ctx, &c->backing);
	}
	return err ? err : rounds_measure(ctx, &c->rounds);
}

/* The memory goes first: a child that shares it has the device open, too. */
static void teardown(struct bench_ctx *ctx)
{
	struct map_case *c = bench_state(ctx);

	if (!c)
		return;
	backing_drop(&c->backing);
	iommu_user_close(&c->user);
	rounds_free(&c->rounds);
	free(c);
}

const struct bench bench_iommu_map = {
	.name = "iommu/map",
	.summary = "What it costs to map a program's memory for a device by VFIO or iommufd, and "
		   "to unmap it",
	.path = "VFIO_IOMMU_MAP_DMA -> vfio_pin_pages_remote() or IOMMU_IOAS_MAP -> "
		"pfn_reader_user_pin(); iommu_map(); iommu_unmap()",
	.inside = "mapping the region for reading and writing, by one call or several; unmapping "
		  "it in the same way",
	.outside = "the memory, opening and attaching the device, reading what is charged",
	.metrics = metrics,
	.params = params,
	.emulated = &vfio_emulated,
	.machine = "iommu-intel",
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
