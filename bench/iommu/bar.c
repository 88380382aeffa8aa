/*
 * iommu/bar: what it costs to map a VFIO device's memory for devices by iommufd, as a dma-buf, and
 * what taking it away costs: a program that turns the device's memory off has everybody told who
 * has it.
 *
 * Timed: IOMMU_IOAS_MAP_FILE of the first part of the BAR, and IOMMU_IOAS_UNMAP; the write to the
 * device's command register that turns its memory off, while that is mapped, while it is exported
 * only, and while it is not; and the write that turns it on again. Excluded: opening and attaching
 * the devices; exporting; the clock. Path: iopt_map_file_pages() -> iopt_alloc_dmabuf_pages() ->
 * vfio_pci_dma_buf_iommufd_map(), which is for these two alone: no scatterlist;
 * vfio_basic_config_write() -> vfio_pci_dma_buf_move() -> dma_buf_invalidate_mappings() ->
 * iopt_revoke_notify()
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/rounds.h"
#include "bench/iommu/iommu.h"

enum operations {
	MAP,
	UNMAP,
	REVOKE,
	REVOKE_UNMAPPED,
	TURN_OFF,
	TURN_ON,
	NR_OPERATIONS
};

static const struct operation_metrics names[] = {
	[MAP] = OPERATION_NAMES("map", "page"),
	[UNMAP] = OPERATION_NAMES("unmap", "page"),
	[REVOKE] = OPERATION_NAMES("revoke", "call"),
	[REVOKE_UNMAPPED] = OPERATION_NAMES("revoke_unmapped", "call"),
	[TURN_OFF] = OPERATION_NAMES("turn_off", "call"),
	[TURN_ON] = OPERATION_NAMES("turn_on", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "mapping a page of the BAR for devices", false),
	OPERATION_METRICS("unmap", "page", "unmapping it", false),
	OPERATION_METRICS("revoke", "call", "turning the memory off while all of it is mapped",
			  false),
	OPERATION_METRICS("revoke_unmapped", "call",
			  "turning it off while it is exported, and mapped by nobody", true),
	OPERATION_METRICS("turn_off", "call", "turning it off while it is not exported", true),
	OPERATION_METRICS("turn_on", "call", "turning it on again, exported", true),
	{.name = NULL},
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", "64m", NULL},
	.help = "how much of the BAR, from its beginning",
};

static const struct bench_param *const params[] = {
	&iommu_param_iommu,
	&iommu_param_domain,
	&param_size,
	NULL,
};

struct bar_case {
	struct vfio owner; /* of the memory */
	struct vfio other; /* that is to reach it */
	struct iommufd iommufd;
	struct rounds rounds;
	uint64_t bytes;
	int fd; /* of the dma-buf, or -1 */
	uint16_t command;
	off_t command_at;
};

static int map(void *bar_case)
{
	const struct bar_case *c = bar_case;

	return iommufd_map_file(&c->iommufd, c->fd, c->bytes, IOMMU_IOVA);
}

static int unmap(void *bar_case)
{
	const struct bar_case *c = bar_case;

	return iommufd_unmap(&c->iommufd, c->bytes, IOMMU_IOVA);
}

static int write_command(const struct bar_case *c, uint16_t command)
{
	ssize_t put = pwrite(c->owner.device, &command, sizeof(command), c->command_at);

	if (put < 0)
		return -errno;
	return put == sizeof(command) ? 0 : -EIO;
}

static int turn_off(void *bar_case)
{
	const struct bar_case *c = bar_case;

	return write_command(c, (uint16_t)(c->command & ~PCI_COMMAND_MEMORY));
}

static int turn_on(void *bar_case)
{
	const struct bar_case *c = bar_case;

	return write_command(c, (uint16_t)(c->command | PCI_COMMAND_MEMORY));
}

static int measure(struct bench_ctx *ctx, enum operations what, measured_call call)
{
	struct bar_case *c = bench_state(ctx);
	uint64_t count = what <= UNMAP ? c->bytes / IOMMU_PAGE_BYTES : 1;
	int err = operation_call(ctx, &c->rounds.operations[what], call, c, count);

	return err ? bench_fail(ctx, err, "%s of %llu bytes of %s: %s", names[what].each,
				(unsigned long long)c->bytes, c->owner.pci.name, strerror(-err))
		   : 0;
}

static int export(struct bench_ctx *ctx, struct bar_case *c)
{
	c->fd = vfio_export_bar(&c->owner, PCI_IVSHMEM_BAR, c->bytes);
	if (c->fd == -ENOTTY)
		return bench_skip(ctx, "VFIO exports no BAR as a dma-buf before Linux 7.0");
	if (c->fd < 0)
		return bench_skip(ctx, "%s: VFIO_DEVICE_FEATURE_DMA_BUF: %s", c->owner.pci.name,
				  strerror(-c->fd));
	return 0;
}

static void drop_export(struct bar_case *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* What was taken away is gone: it is not to be mapped, and comes back only by being mapped anew. */
static int check_revoked(struct bench_ctx *ctx, struct bar_case *c)
{
	int err = iommufd_map_file(&c->iommufd, c->fd, c->bytes, IOMMU_IOVA + c->bytes);

	bench_fact_string(ctx, "mapping_while_revoked", err ? strerror(-err) : "granted");
	return err ? 0 : bench_fail(ctx, EPROTO, "memory that was revoked can be mapped");
}

static int take_away(struct bench_ctx *ctx, struct bar_case *c)
{
	int err = map(c);

	if (err)
		return bench_fail(ctx, err, "IOMMU_IOAS_MAP_FILE: %s", strerror(-err));
	err = measure(ctx, REVOKE, turn_off);
	if (!err)
		err = check_revoked(ctx, c);
	if (!err && unmap(c))
		err = bench_fail(ctx, EPROTO, "what was revoked cannot be unmapped");
	return err ? err : measure(ctx, TURN_ON, turn_on);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct bar_case *c = bench_state(ctx);
	int err = measure(ctx, TURN_OFF, turn_off);

	if (!err && turn_on(c))
		err = bench_fail(ctx, EIO, "%s: its memory does not turn on", c->owner.pci.name);
	if (!err)
		err = export(ctx, c);
	if (!err)
		err = measure(ctx, MAP, map);
	if (!err)
		err = measure(ctx, UNMAP, unmap);
	if (!err)
		err = take_away(ctx, c);
	if (!err)
		err = measure(ctx, REVOKE_UNMAPPED, turn_off);
	turn_on(c);
	drop_export(c);
	return err;
}

static int open_all(struct bench_ctx *ctx, struct bar_case *c)
{
	int err = iommufd_open(ctx, &c->iommufd);

	if (!err)
		err = iommu_give(ctx, &c->iommufd, PCI_IVSHMEM, false, &c->owner);
	if (!err)
		err = iommu_check(ctx, &c->owner.pci);
	if (!err && bench_param_bool(ctx, iommu_param_domain.name))
		err = iommu_give(ctx, &c->iommufd, PCI_EDU, true, &c->other);
	if (err)
		return err;
	err = vfio_read_command(&c->owner, &c->command, &c->command_at);
	if (!err)
		err = turn_on(c);
	return err ? bench_fail(ctx, err, "%s: its command register: %s", c->owner.pci.name,
				strerror(-err))
		   : 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct bar_case *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->fd = -1;
	bench_set_state(ctx, c);
	c->bytes = bench_param_size_bytes(ctx, param_size.name);
	err = open_all(ctx, c);
	for (int i = 0; !err && i < NR_OPERATIONS; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], 1, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

static int run(struct bench_ctx *ctx)
{
	struct bar_case *c = bench_state(ctx);

	return rounds_measure(ctx, &c->rounds);
}

static void teardown(struct bench_ctx *ctx)
{
	struct bar_case *c = bench_state(ctx);

	if (!c)
		return;
	drop_export(c);
	vfio_close(&c->other);
	vfio_close(&c->owner);
	iommufd_close(&c->iommufd);
	rounds_free(&c->rounds);
	free(c);
}

const struct bench bench_iommu_bar = {
	.name = "iommu/bar",
	.summary =
		"What it costs to map a VFIO device's memory for devices by iommufd, and to take "
		"it away from them",
	.path = "IOMMU_IOAS_MAP_FILE -> iopt_alloc_dmabuf_pages() -> "
		"vfio_pci_dma_buf_iommufd_map(); vfio_pci_dma_buf_move() -> iopt_revoke_notify()",
	.inside = "the mapping, the unmapping; the write to the command register that turns the "
		  "memory off or on",
	.outside = "opening and attaching the devices, exporting the BAR as a dma-buf",
	.metrics = metrics,
	.params = params,
	.emulated = &vfio_emulated,
	.machine = "iommu-intel",
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
