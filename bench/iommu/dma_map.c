/*
 * iommu/dma_map: what a driver's dma_map_single() and dma_unmap_single() cost, by the kernel's own
 * benchmark of them (CONFIG_DMA_MAP_BENCHMARK), with the tables of an IOMMU in between or without.
 *
 * Timed, by the kernel: each of the two calls, for one virtual second, by one thread. It drops what
 * is below 100 ns of each and of the mean: figures are multiples of 100 ns, which are 100
 * instructions where those are counted, and up to 200 too small. Excluded: the memory. Timer ticks
 * are not: they come a hundred times in that second. Path: dma_map_single() -> dma_map_page_attrs()
 * -> iommu_dma_map_page() -> __iommu_dma_map() or dma_direct_map_page(); iommu_dma_unmap_page() ->
 * iommu_unmap_fast(), and the flush
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/undo.h"
#include "bench/iommu/iommu.h"

#define DRIVER	     "dma_map_benchmark"
#define DRIVER_DIR   "/sys/bus/pci/drivers/" DRIVER
#define FILE_OF_IT   "/sys/kernel/debug/" DRIVER
#define STEP_NS	     100
#define SECONDS	     1
#define ANY_NODE     (-1)
#define ADDRESS_BITS 64

/* Of include/linux/map_benchmark.h, since 6.19 include/uapi/linux/map_benchmark.h. */
struct map_benchmark {
	__u64 avg_map_100ns;
	__u64 map_stddev;
	__u64 avg_unmap_100ns;
	__u64 unmap_stddev;
	__u32 threads;
	__u32 seconds;
	__s32 node;
	__u32 dma_bits;
	__u32 dma_dir;
	__u32 dma_trans_ns;
	__u32 granule;
	__u8 expansion[76];
};

#define DMA_MAP_BENCHMARK _IOWR('d', 1, struct map_benchmark)

static const struct bench_metric metrics[] = {
	{.name = "map", .per = "call", .help = "dma_map_single(), in steps of 100"},
	{.name = "unmap", .per = "call", .help = "dma_unmap_single(), in steps of 100"},
	{.name = "map_deviation",
	 .per = "call",
	 .help = "standard deviation of the calls, in steps of 100",
	 .exploratory = true},
	{.name = "unmap_deviation",
	 .per = "call",
	 .help = "standard deviation of the calls, in steps of 100",
	 .exploratory = true},
	{.name = NULL},
};

static const struct bench_param param_mode = {
	.name = "mode",
	.fallback = "lazy",
	.allowed = (const char *const[]){"strict", "lazy", "direct", NULL},
	.help = "each unmapping waits until the IOMMU has forgotten it; many are forgotten "
		"together, later; or the device's addresses are the memory's, past the IOMMU",
};

static const struct bench_param param_granule = {
	.name = "granule",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "16", "64", "512", NULL},
	.help = "contiguous pages of 4 KiB that are mapped by one call",
};

static const struct bench_param param_direction = {
	.name = "direction",
	.fallback = "both",
	.allowed = (const char *const[]){"both", "to", "from", NULL},
	.help = "the device reads and writes, only reads, or only writes",
};

static const struct bench_param *const params[] = {
	&iommu_param_iommu, &param_mode, &param_granule, &param_direction, NULL,
};

/* What the kernel calls a group whose domain is of that mode. */
static const struct {
	const char *mode;
	const char *type;
} types[] = {
	{"strict", "DMA"},
	{"lazy", "DMA-FQ"},
	{"direct", "identity"},
};

struct dma_case {
	struct pci_device device;
	char group_type_path[96];
	char old_type[32]; /* empty: as it was */
	struct map_benchmark request;
};

static int explain_group(struct bench_ctx *ctx, const struct dma_case *c, const char *type, int err)
{
	return bench_skip(ctx, "the IOMMU group of %s does not become %s: %s", c->device.name, type,
			  strerror(-err));
}

/* Its default domain can be another one only while no driver has the device. */
static int set_type(struct bench_ctx *ctx, struct dma_case *c, const char *type)
{
	char now[32];
	int err = sysfile_read(c->group_type_path, now, sizeof(now));

	if (err)
		return explain_group(ctx, c, type, err);
	bench_fact_string(ctx, "default_group_type", now);
	if (!strcmp(now, type))
		return 0;
	memcpy(c->old_type, now, sizeof(now));
	err = undo_note(c->group_type_path, now);
	if (!err)
		err = sysfile_write(DRIVER_DIR "/unbind", c->device.name);
	if (!err)
		err = sysfile_write(c->group_type_path, type);
	if (err)
		return explain_group(ctx, c, type, err);
	err = sysfile_read(c->group_type_path, now, sizeof(now));
	if (err || strcmp(now, type))
		return bench_skip(ctx, "the IOMMU group of %s is %s, not %s", c->device.name, now,
				  type);
	err = sysfile_write(DRIVER_DIR "/bind", c->device.name);
	return err ? bench_fail(ctx, err, "%s: " DRIVER_DIR "/bind: %s", c->device.name,
				strerror(-err))
		   : 0;
}

static int set_mode(struct bench_ctx *ctx, struct dma_case *c)
{
	const char *mode = bench_param(ctx, param_mode.name);

	snprintf(c->group_type_path, sizeof(c->group_type_path),
		 "/sys/bus/pci/devices/%s/iommu_group/type", c->device.name);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(types[i].mode, mode))
			return set_type(ctx, c, types[i].type);
	}
	return -EINVAL;
}

/* The values of enum dma_data_direction. */
static uint32_t direction(const struct bench_ctx *ctx)
{
	const char *name = bench_param(ctx, param_direction.name);

	if (!strcmp(name, "to"))
		return 1;
	return !strcmp(name, "from") ? 2 : 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct dma_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	bench_set_state(ctx, c);
	c->request = (struct map_benchmark){
		.threads = 1,
		.seconds = SECONDS,
		.node = ANY_NODE,
		.dma_bits = ADDRESS_BITS,
		.dma_dir = direction(ctx),
		.granule = (uint32_t)bench_param_size_bytes(ctx, param_granule.name),
	};
	if (access(DRIVER_DIR, F_OK))
		return bench_skip(ctx, "no driver " DRIVER "; needs CONFIG_DMA_MAP_BENCHMARK");
	err = pci_give(ctx, PCI_EDU, DRIVER, &c->device);
	if (!err)
		err = iommu_check(ctx, &c->device);
	return err ? err : set_mode(ctx, c);
}

/* One step more or less may be one instruction: a comparison takes only two for a change. */
static void sample(struct bench_ctx *ctx, const char *metric, uint64_t steps)
{
	bench_sample(ctx, metric, (double)(steps * STEP_NS));
	if (steps)
		bench_min_effect(ctx, metric, 150. / (double)steps);
}

static int run(struct bench_ctx *ctx)
{
	struct dma_case *c = bench_state(ctx);
	struct map_benchmark request = c->request;
	int fd = open(FILE_OF_IT, O_RDWR | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return bench_skip(ctx, FILE_OF_IT ": %s; needs debugfs and root", strerror(errno));
	if (ioctl(fd, DMA_MAP_BENCHMARK, &request))
		err = bench_fail(ctx, errno, "%s: DMA_MAP_BENCHMARK: %s", c->device.name,
				 strerror(errno));
	close(fd);
	if (err)
		return err;
	sample(ctx, "map", request.avg_map_100ns);
	sample(ctx, "unmap", request.avg_unmap_100ns);
	bench_sample(ctx, "map_deviation", (double)(request.map_stddev * STEP_NS));
	bench_sample(ctx, "unmap_deviation", (double)(request.unmap_stddev * STEP_NS));
	return 0;
}

/* The group gets its own domain again once no driver has the device. */
static void teardown(struct bench_ctx *ctx)
{
	struct dma_case *c = bench_state(ctx);

	if (!c)
		return;
	pci_take_back(&c->device);
	if (c->old_type[0])
		undo_now(c->group_type_path, c->old_type);
	free(c);
}

const struct bench bench_iommu_dma_map = {
	.name = "iommu/dma_map",
	.summary =
		"What a driver's dma_map_single() and dma_unmap_single() cost behind an IOMMU, by "
		"the kernel's own benchmark, in steps of 100",
	.path = "dma_map_single() -> iommu_dma_map_page() or dma_direct_map_page(); "
		"dma_unmap_single() -> iommu_dma_unmap_page()",
	.inside = "each call, as kernel/dma/map_benchmark.c times it: whole hundreds of it, and "
		  "timer ticks that it meets",
	.outside = "the memory, giving the device to the driver, choosing its domain",
	.metrics = metrics,
	.params = params,
	.emulated = &vfio_emulated,
	.machine = "iommu-intel",
	.counted_repetitions = 1,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
