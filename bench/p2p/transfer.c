/*
 * p2p/transfer: direct I/O from a disk into memory of a device and back, against a bounce through
 * the machine's memory, and against system memory alone.
 *
 * Timed: a batch of requests, from the first submission to the last completion; with memory=bounce
 * also the processor's copy. Of client=edu: mapping and starting a transfer; seeing it ended and
 * unmapping.
 * Excluded: memory and its contents, which are verified after each round; the clock. The wait for
 * edu, which takes a tenth of a second of its clock.
 * Path: io_uring -> blkdev_direct_IO() -> bio_iov_iter_get_pages() -> pin_user_pages_fast() with
 * FOLL_PCI_P2PDMA; the driver's dma_map_sgtable(). The module's disk copies by the processor where
 * a real one would by DMA: an instruction for each eight bytes, whatever the memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench/p2p/transfer_case.h"

const struct operation_metrics transfer_names[] = {
	[TRANSFER] = OPERATION_NAMES("transfer", "io"),
	[START] = OPERATION_NAMES("start", "call"),
	[FINISH] = OPERATION_NAMES("finish", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("transfer", "io", "a request of the disk's, with its share of the batch",
			  false),
	OPERATION_METRICS("start", "call", "mapping and starting a transfer of edu's", false),
	OPERATION_METRICS("finish", "call", "seeing it ended, and unmapping", false),
	{.name = NULL},
};

static const struct bench_param param_client = {
	.name = "client",
	.fallback = "disk",
	.allowed = (const char *const[]){"disk", "nvme", "edu", NULL},
	.machines = (const char *const[]){NULL, "p2p-nvme", "p2p-engine"},
	.help = "who transfers: the module's disk, which is exact; an NVMe drive; a device that "
		"starts a transfer itself",
};

static const struct bench_param param_provider = {
	.name = "provider",
	.fallback = "bar",
	.allowed = (const char *const[]){"bar", "cmb", NULL},
	.machines = (const char *const[]){NULL, "p2p-nvme"},
	.help = "whose memory: a BAR that the module provides, or an NVMe drive's controller "
		"memory buffer",
};

static const struct bench_param param_memory = {
	.name = "memory",
	.fallback = "p2p",
	.allowed = (const char *const[]){"p2p", "bounce", "system", NULL},
	.help = "straight to the provider; by way of system memory, and copied; system memory "
		"alone",
};

static const struct bench_param param_direction = {
	.name = "direction",
	.fallback = "read",
	.allowed = (const char *const[]){"read", "write", NULL},
	.help = "from the disk to memory, or from memory to the disk; of edu: by it, from memory, "
		"or to memory",
};

static const struct bench_param param_io = {
	.name = "io",
	.fallback = "128k",
	.allowed = (const char *const[]){"2k", "4088", "4k", "64k", "128k", "1m", NULL},
	.help = "bytes of one request; edu takes no more than 4,088, a disk whole sectors",
};

static const struct bench_param param_depth = {
	.name = "depth",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "8", "32", NULL},
	.help = "requests at once",
};

/* Of the values that name a machine the last one does: these clients are on none of the first. */
static const struct bench_param *const params[] = {
	&p2p_param_topology, &param_client, &param_provider, &param_memory,
	&param_direction,    &param_io,	    &param_depth,    NULL,
};

static int check(struct bench_ctx *ctx)
{
	bool is_edu = !strcmp(bench_param(ctx, "client"), "edu");
	bool is_nvme = !strcmp(bench_param(ctx, "client"), "nvme");
	bool is_cmb = !strcmp(bench_param(ctx, "provider"), "cmb");

	if ((is_nvme || is_cmb || is_edu) && strcmp(bench_param(ctx, "topology"), "switch") != 0)
		return bench_skip(ctx, "the machines for NVMe and edu have a switch: "
				       "topology=switch");
	if (!is_edu)
		return bench_param_size_bytes(ctx, "io") % TRANSFER_SECTOR_BYTES
			       ? bench_skip(ctx, "a disk takes whole sectors of %d bytes",
					    TRANSFER_SECTOR_BYTES)
			       : 0;
	if (bench_param_size_bytes(ctx, "io") > PINBENCH_P2P_ENGINE_MAX_BYTES)
		return bench_skip(ctx, "edu takes no more than %d bytes: see io",
				  PINBENCH_P2P_ENGINE_MAX_BYTES);
	if (is_cmb || !strcmp(bench_param(ctx, "memory"), "bounce"))
		return bench_skip(ctx, "edu transfers between itself and one memory, the module's "
				       "or the machine's: provider=bar, memory=p2p or system");
	return strcmp(bench_param(ctx, "depth"), "1") ? bench_skip(ctx, "edu does one at a time")
						      : 0;
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = check(ctx);

	if (!err)
		err = p2p_begin(ctx, &c);
	if (err)
		return err;
	return strcmp(bench_param(ctx, "client"), "edu") ? transfer_setup_disk(ctx, c)
							 : transfer_setup_edu(ctx, c);
}

const struct bench bench_p2p_transfer = {
	.name = "p2p/transfer",
	.summary = "Direct I/O into memory of a device and back, against a bounce through the "
		   "machine's memory",
	.path = "blkdev_direct_IO() -> bio_iov_iter_get_pages(), FOLL_PCI_P2PDMA; "
		"dma_map_sgtable()",
	.inside = "a batch of requests; with memory=bounce the copy too. Of edu: mapping and "
		  "starting; seeing it ended and unmapping",
	.outside = "memory and its contents, which are verified; the wait for edu; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = transfer_teardown,
};
