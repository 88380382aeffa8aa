/*
 * p2p/cpu: what it costs a program to reach memory of a device itself, by the kinds of mapping that
 * there are, and a device to do it by DMA.
 *
 * Timed: mmap() of the memory; reading or writing all of it, eight bytes at a time; munmap(). With
 * via=dma mapping and starting a transfer of edu's; seeing it ended and unmapping.
 * Excluded: opening the files; the contents, which are verified; the clock.
 * Path: pci_mmap_resource_uc() or _wc() -> io_remap_pfn_range(); p2pmem_alloc_mmap() ->
 * gen_pool_alloc_owner(), vm_insert_page()
 *
 * What a load or a store of a device's memory takes on the wire, the tens to thousands of ns that
 * tell uncached from write-combined, is no instruction: only a timed run shows it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/p2p/p2p.h"

#define PAGE_BYTES 4096ul
#define DMA_BYTES  4088
#define DMA_CALLS  2

enum operations {
	COPY,
	MAP,
	UNMAP,
};

enum dma_operations {
	START,
	FINISH,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("copy", "page"),
	OPERATION_NAMES("map", "page"),
	OPERATION_NAMES("unmap", "page"),
};

static const struct operation_metrics dma_names[] = {
	OPERATION_NAMES("start", "call"),
	OPERATION_NAMES("finish", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("copy", "page", "reading or writing the memory", false),
	OPERATION_METRICS("map", "page", "mapping it into the program", false),
	OPERATION_METRICS("unmap", "page", "unmapping it", true),
	OPERATION_METRICS("start", "call",
			  "mapping for the device and starting a transfer of 4,088 bytes", false),
	OPERATION_METRICS("finish", "call", "seeing it ended, and unmapping", true),
	{.name = NULL},
};

static const struct bench_param param_via = {
	.name = "via",
	.fallback = "uc",
	.allowed = (const char *const[]){"uc", "wc", "p2pmem", "system", "dma", NULL},
	.machines = (const char *const[]){NULL, NULL, NULL, NULL, "p2p-engine"},
	.help = "the BAR's sysfs file, uncached or write-combined; the file of p2pmem; the "
		"machine's memory to compare with; or not the processor but a device",
};

static const struct bench_param param_direction = {
	.name = "direction",
	.fallback = "write",
	.allowed = (const char *const[]){"read", "write", NULL},
	.help = "of the memory",
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "64k",
	.allowed = (const char *const[]){"4k", "64k", "1m", NULL},
	.help = "of the memory; a transfer of the device's has 4,088 bytes",
};

static const struct bench_param *const params[] = {
	&p2p_param_topology, &param_via, &param_direction, &param_size, NULL,
};

struct cpu_case {
	int fd; /* -1: the machine's memory */
	uint64_t bytes;
	uint64_t *memory; /* as long as a round maps it */
	uint64_t *buffer; /* of the program's */
	bool is_write;
	uint64_t seed;
};

static int map(void *cpu_case)
{
	struct cpu_case *p = cpu_case;
	int flags = p->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE : MAP_SHARED;
	void *memory = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE, flags, p->fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	p->memory = memory;
	return 0;
}

static int unmap(void *cpu_case)
{
	struct cpu_case *p = cpu_case;
	void *memory = p->memory;

	p->memory = NULL;
	return munmap(memory, p->bytes) ? -errno : 0;
}

/* Each load and each store is one of eight bytes, and none is left out or made wider. */
static int copy(void *cpu_case)
{
	const struct cpu_case *p = cpu_case;
	const volatile uint64_t *from = p->is_write ? p->buffer : p->memory;
	volatile uint64_t *to = p->is_write ? p->memory : p->buffer;

	for (uint64_t i = 0; i < p->bytes / sizeof(*to); i++)
		to[i] = from[i];
	return 0;
}

static int verified_copy(struct bench_ctx *ctx, struct p2p_case *c, struct cpu_case *p)
{
	int err;

	p->seed++;
	p2p_fill(p->is_write ? p->buffer : p->memory, p->bytes, p->seed);
	err = operation_call(ctx, &c->rounds.operations[COPY], copy, p, p->bytes / PAGE_BYTES);
	if (err)
		return p2p_fail(ctx, "a copy", err);
	return p2p_is_filled(p->is_write ? p->memory : p->buffer, p->bytes, p->seed)
		       ? 0
		       : p2p_fail(ctx, "what arrived is not what was sent", -EBADMSG);
}

static int round_of_copies(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	struct cpu_case *p = c->own;
	uint64_t pages = p->bytes / PAGE_BYTES;
	int err = operation_call(ctx, &operations[MAP], map, p, pages);

	if (err)
		return p2p_fail(ctx, "mmap", err);
	err = verified_copy(ctx, c, p);
	if (err)
		return err;
	err = operation_call(ctx, &operations[UNMAP], unmap, p, pages);
	return err ? p2p_fail(ctx, "munmap", err) : 0;
}

static int open_memory(struct bench_ctx *ctx, const struct p2p_case *c, struct cpu_case *p)
{
	const char *via = bench_param(ctx, "via");
	char path[128];

	if (!strcmp(via, "system"))
		return 0;
	if (!strcmp(via, "p2pmem"))
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/allocate",
			 c->provider.name);
	else
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d%s",
			 c->provider.name, pci_largest_bar(&c->provider),
			 strcmp(via, "wc") ? "" : "_wc");
	p->fd = open(path, O_RDWR | O_CLOEXEC);
	return p->fd < 0 ? bench_skip(ctx,
				      "programs cannot map %s so: %s: %s; write-combined needs "
				      "CONFIG_X86_PAT (--kernel 6.12-pat), p2pmem Linux 6.2",
				      c->provider.name, path, strerror(errno))
			 : 0;
}

static int setup_copies(struct bench_ctx *ctx, struct p2p_case *c)
{
	struct cpu_case *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = p;
	p->fd = -1;
	p->bytes = bench_param_size_bytes(ctx, "size");
	p->is_write = !strcmp(bench_param(ctx, "direction"), "write");
	p->buffer = calloc(1, p->bytes);
	err = p->buffer ? open_memory(ctx, c, p) : bench_fail(ctx, ENOMEM, "no memory");
	for (int i = COPY; !err && i <= UNMAP; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], 1, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_copies);
}

static int round_of_dma(struct bench_ctx *ctx)
{
	bool is_write = !strcmp(bench_param(ctx, "direction"), "write");

	return p2p_engine_transfers(ctx, DMA_BYTES, is_write, DMA_CALLS);
}

static int setup_dma(struct bench_ctx *ctx, struct p2p_case *c)
{
	int err = strcmp(bench_param(ctx, "topology"), "switch")
			  ? bench_skip(ctx, "the machine for edu has a switch: topology=switch")
			  : 0;

	for (int i = START; !err && i <= FINISH; i++)
		err = rounds_add_in_module(ctx, &c->rounds, &dma_names[i], DMA_CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_dma);
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = p2p_setup(ctx, &c);

	if (err)
		return err;
	return strcmp(bench_param(ctx, "via"), "dma") ? setup_copies(ctx, c) : setup_dma(ctx, c);
}

static void teardown(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct cpu_case *p = c ? c->own : NULL;

	if (p) {
		if (p->memory)
			munmap(p->memory, p->bytes);
		if (p->fd >= 0)
			close(p->fd);
		free(p->buffer);
	}
	p2p_teardown(ctx);
}

const struct bench bench_p2p_cpu = {
	.name = "p2p/cpu",
	.summary = "What it costs a program to reach memory of a device itself, and a device to do "
		   "it by DMA",
	.path = "pci_mmap_resource() -> io_remap_pfn_range(); p2pmem_alloc_mmap() -> "
		"vm_insert_page(); "
		"dma_map_sgtable()",
	.inside = "mmap(), loads or stores of eight bytes, munmap(); of a device mapping and "
		  "starting, "
		  "seeing it ended and unmapping",
	.outside = "opening the files; the contents, which are verified; the wait for the device",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = teardown,
};
