/*
 * pfnmap/vfio: what it costs VFIO to map a program's memory for its device, or whether it does, by
 * what that memory is and how it is mapped.
 *
 * Timed: VFIO_IOMMU_MAP_DMA, granted or refused, and VFIO_IOMMU_UNMAP_DMA, of the whole region.
 * Excluded: the mapping, the clock.
 * Path: vfio_dma_do_map() -> vfio_pin_pages_remote() -> vaddr_get_pfns(): pin_user_pages_remote(),
 * or follow_fault_pfn() where that may not; iommu_map()
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/memory/insert.h"
#include "bench/core/vfio.h"
#include "bench/pfnmap/pfnmap.h"

/* Where a device finds it: above all that is below 4 GiB, at a multiple of 2 MiB. */
#define IOVA (1ull << 32)

enum operations {
	MAP,
	REFUSAL,
	UNMAP,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("map", "page"),
	OPERATION_NAMES("refusal", "call"),
	OPERATION_NAMES("unmap", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "mapping the region for the device", false),
	OPERATION_METRICS("refusal", "call", "mapping no such memory", false),
	OPERATION_METRICS("unmap", "page", "unmapping it", false),
	{.name = NULL},
};

static const struct bench_param param_memory = {
	.name = "memory",
	.fallback = "system",
	.allowed = (const char *const[]){"system", "bar", "vfio", NULL},
	.help = "the machine's; a device's, mapped by the module's dma-buf; a device's as VFIO "
		"itself maps it, in entries as large as it likes",
};

static const struct bench_param *const params[] = {
	&param_memory,		 &pfnmap_param_mapping, &exported_param_size,
	&exported_param_segment, &pfnmap_param_present, NULL,
};

struct vfio_case {
	struct vfio vfio;
	struct pci_device provider; /* whose memory it is, if it is not vfio's */
	void *addr;
	uint64_t bytes;
	struct pfnmap_answer answer;
};

static int ask(void *vfio_case)
{
	struct vfio_case *v = vfio_case;
	int err = vfio_map(&v->vfio, v->addr, v->bytes, IOVA);

	v->answer.error = -err;
	v->answer.pages = err ? 0 : v->bytes / EXPORTED_PAGE_BYTES;
	return 0;
}

static int unmap(void *vfio_case)
{
	const struct vfio_case *v = vfio_case;

	return vfio_unmap(&v->vfio, v->bytes, IOVA);
}

static int once(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct vfio_case *v = c->own;
	int err = pfnmap_ask(ctx, ask, v, &v->answer);

	if (err || v->answer.error)
		return err;
	/* The first answer is to a rehearsal, and so is what follows it. */
	err = operation_call(ctx, &c->rounds.operations[UNMAP], unmap, v, c->buffer.pages);
	return err ? bench_fail(ctx, err, "VFIO_IOMMU_UNMAP_DMA: %s", strerror(-err)) : 0;
}

static int make_bar(struct bench_ctx *ctx, struct vfio_case *v, struct exported *ret_buffer)
{
	uint32_t insert;
	int err = insert_by_name(ctx, bench_param(ctx, "mapping"), &insert);

	if (!err && (insert == PINBENCH_INSERT_PAGE || insert == PINBENCH_INSERT_RETURNED))
		err = bench_skip(ctx, "a device's memory has no pages");
	if (!err)
		err = insert_check(ctx, insert);
	if (!err)
		err = pci_give(ctx, PCI_IVSHMEM, "pinbench", &v->provider);
	if (!err)
		err = vfio_open(ctx, PCI_EDU, &v->vfio);
	return err ? err
		   : exported_make_bar(ctx, &v->provider, PCI_IVSHMEM_BAR, insert, ret_buffer);
}

static int make_vfio(struct bench_ctx *ctx, struct vfio_case *v, struct exported *ret_buffer)
{
	int err;

	*ret_buffer = (struct exported){
		.fd = -1,
		.bytes = bench_param_size_bytes(ctx, "size"),
		.insert = PINBENCH_INSERT_PFN,
	};
	ret_buffer->pages = ret_buffer->bytes / EXPORTED_PAGE_BYTES;
	if (strcmp(bench_param(ctx, "mapping"), "pfn"))
		return bench_skip(ctx, "VFIO maps PFNs, by itself: mapping=pfn");
	err = vfio_open(ctx, PCI_IVSHMEM, &v->vfio);
	if (err)
		return err;
	err = vfio_bar_offset(&v->vfio, PCI_IVSHMEM_BAR, ret_buffer->bytes, &ret_buffer->offset);
	if (err)
		return bench_skip(ctx, "the device's BAR %d: %s", PCI_IVSHMEM_BAR, strerror(-err));
	ret_buffer->fd = dup(v->vfio.device);
	return ret_buffer->fd < 0 ? bench_fail(ctx, errno, "dup: %s", strerror(errno)) : 0;
}

static int setup_bar(struct bench_ctx *ctx, struct vfio_case *v, struct pfnmap_case **ret_case)
{
	bool is_own = !strcmp(bench_param(ctx, "memory"), "vfio");
	struct exported buffer = {.fd = -1};
	int err;

	if (!strcmp(bench_param(ctx, "mapping"), "anon") ||
	    !strcmp(bench_param(ctx, "mapping"), "thp"))
		return bench_skip(ctx, "a device's memory is not anonymous");
	err = is_own ? make_vfio(ctx, v, &buffer) : make_bar(ctx, v, &buffer);
	return err ? err : pfnmap_setup_of(ctx, &buffer, ret_case);
}

static int setup_system(struct bench_ctx *ctx, struct vfio_case *v, struct pfnmap_case **ret_case)
{
	int err = vfio_open(ctx, PCI_EDU, &v->vfio);

	return err ? err : pfnmap_setup(ctx, ret_case);
}

static void drop(struct vfio_case *v)
{
	vfio_close(&v->vfio);
	pci_take_back(&v->provider);
	free(v);
}

static int measure_rounds(struct bench_ctx *ctx, struct pfnmap_case *c, struct vfio_case *v)
{
	int err = 0;

	v->addr = c->addr;
	v->bytes = c->buffer.bytes;
	for (int i = MAP; !err && i <= UNMAP; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], PFNMAP_ASKED, NULL);
	return err ? err : pfnmap_rehearse(ctx, once, PFNMAP_ASKED);
}

static int setup(struct bench_ctx *ctx)
{
	struct vfio_case *v = calloc(1, sizeof(*v));
	struct pfnmap_case *c = NULL;
	int err;

	if (!v)
		return bench_fail(ctx, ENOMEM, "no memory");
	err = strcmp(bench_param(ctx, "memory"), "system") ? setup_bar(ctx, v, &c)
							   : setup_system(ctx, v, &c);
	if (!c) {
		drop(v);
		return err;
	}
	c->own = v;
	return err ? err : measure_rounds(ctx, c, v);
}

/* Its devices go last: a mapping of their memory keeps them. */
static void teardown(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct vfio_case *v = c ? c->own : NULL;

	if (c)
		c->own = NULL;
	pfnmap_teardown(ctx);
	if (v)
		drop(v);
}

const struct bench bench_pfnmap_vfio = {
	.name = "pfnmap/vfio",
	.summary =
		"What mapping a program's memory for a device costs VFIO, or whether it does, by "
		"how that is mapped",
	.path = "VFIO_IOMMU_MAP_DMA -> vfio_pin_pages_remote() -> pin_user_pages_remote() or "
		"follow_fault_pfn(); iommu_map()",
	.inside = "VFIO_IOMMU_MAP_DMA of the whole region, granted or refused; then "
		  "VFIO_IOMMU_UNMAP_DMA",
	.outside = "the mapping, the clock",
	.metrics = metrics,
	.params = params,
	.emulated = &vfio_emulated,
	.needs = BENCH_NEEDS_MODULE,
	.machine = "exporters",
	.setup = setup,
	.run = pfnmap_run,
	.teardown = teardown,
};
