/* Stock exporters: see stock.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/memory/area.h"
#include "bench/core/memory/stock.h"
#include "bench/core/memory/vgem.h"
#include "pinbench/uapi.h"

#define SYSTEM_HEAP    "/dev/dma_heap/system"
#define UDMABUF_DEVICE "/dev/udmabuf"
#define HUGE_BYTES     (2ul << 20)

struct stock_exporter {
	const char *name;
	int (*open)(struct bench_ctx *ctx, struct stock *s);
	int (*make)(struct stock *s);
};

const struct bench_param stock_param_exporter = {
	.name = "exporter",
	.fallback = "system_heap",
	.allowed = (const char *const[]){"system_heap", "cma_heap", "udmabuf", "udmabuf_huge",
					 "vgem", "vfio", NULL},
	.help = "the system DMA heap; the DMA heap of the CMA area; udmabuf of a memfd of small "
		"pages, or of hugetlb pages of 2 MiB; vgem, a graphics driver without a device; "
		"vfio: a device's BAR, for another device (Linux 7.0)",
};

const struct bench_param stock_param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"4k", "64k", "2m", "16m", NULL},
	.help = "of the buffer",
};

static int open_device(struct bench_ctx *ctx, struct stock *s, const char *path, const char *option)
{
	s->device = open(path, O_RDWR | O_CLOEXEC);
	return s->device < 0
		       ? bench_skip(ctx, "%s: %s; needs %s and root", path, strerror(errno), option)
		       : 0;
}

static int open_system(struct bench_ctx *ctx, struct stock *s)
{
	return open_device(ctx, s, SYSTEM_HEAP, "CONFIG_DMABUF_HEAPS_SYSTEM");
}

static int open_cma(struct bench_ctx *ctx, struct stock *s)
{
	struct cma_area area;
	int err = cma_area_find(ctx, &area);

	if (err)
		return err;
	if (!area.heap_path[0])
		return bench_skip(ctx, "area %s has no DMA heap (CONFIG_DMABUF_HEAPS_CMA)",
				  area.name);
	return open_device(ctx, s, area.heap_path, "CONFIG_DMABUF_HEAPS_CMA");
}

static int make_by_heap(struct stock *s)
{
	struct dma_heap_allocation_data data = {.len = s->bytes, .fd_flags = O_RDWR | O_CLOEXEC};

	if (ioctl(s->device, DMA_HEAP_IOCTL_ALLOC, &data))
		return -errno;
	s->fd = (int)data.fd;
	return 0;
}

/* Its pages are there before: udmabuf would fault them in. */
static int open_memfd(struct bench_ctx *ctx, struct stock *s, bool is_huge)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	void *map;

	if (is_huge && s->bytes < HUGE_BYTES)
		return bench_skip(ctx, "the buffer is smaller than a huge page");
	s->memfd = memfd_create("pinbench", flags | (is_huge ? MFD_HUGETLB : 0));
	if (s->memfd < 0 || ftruncate(s->memfd, (off_t)s->bytes) ||
	    fcntl(s->memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return bench_skip(ctx, "no memfd of %zu bytes: %s", s->bytes, strerror(errno));
	map = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s->memfd, 0);
	if (map == MAP_FAILED)
		return bench_skip(ctx, "no memory for a memfd of %zu bytes%s: %s", s->bytes,
				  is_huge ? ", of hugetlb pages" : "", strerror(errno));
	memset(map, 1, s->bytes);
	munmap(map, s->bytes);
	return open_device(ctx, s, UDMABUF_DEVICE, "CONFIG_UDMABUF");
}

static int open_small(struct bench_ctx *ctx, struct stock *s)
{
	return open_memfd(ctx, s, false);
}

static int open_huge(struct bench_ctx *ctx, struct stock *s)
{
	return open_memfd(ctx, s, true);
}

static int make_by_udmabuf(struct stock *s)
{
	struct udmabuf_create create = {
		.memfd = (uint32_t)s->memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = s->bytes,
	};

	s->fd = ioctl(s->device, UDMABUF_CREATE, &create);
	return s->fd < 0 ? -errno : 0;
}

static int open_vgem(struct bench_ctx *ctx, struct stock *s)
{
	s->device = vgem_open();
	if (s->device == -ENODEV)
		return bench_skip(ctx, "no device of vgem's; needs CONFIG_DRM_VGEM and root");
	return s->device < 0 ? bench_fail(ctx, s->device, "vgem: %s", strerror(-s->device)) : 0;
}

static int make_by_vgem(struct stock *s)
{
	s->fd = vgem_export(s->device, s->bytes);
	return s->fd < 0 ? s->fd : 0;
}

static int make_by_vfio(struct stock *s)
{
	s->fd = vfio_export_bar(&s->vfio, PCI_IVSHMEM_BAR, s->bytes);
	return s->fd < 0 ? s->fd : 0;
}

/* Such memory goes to another PCI device alone, which must be told when it is gone. */
static int open_vfio(struct bench_ctx *ctx, struct stock *s)
{
	int err = vfio_open(ctx, PCI_IVSHMEM, &s->vfio);

	if (!err)
		err = pci_give(ctx, PCI_EDU, "pinbench", &s->client);
	if (err)
		return err;
	s->attach_flags = PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER | PINBENCH_ATTACH_PCI;
	s->pci_address = s->client.address;
	err = make_by_vfio(s);
	if (err == -ENOTTY)
		return bench_skip(ctx, "VFIO of this kernel exports no dma-buf");
	return err ? bench_fail(ctx, err, "VFIO exports no dma-buf: %s", strerror(-err))
		   : stock_drop(s);
}

static const struct stock_exporter exporters[] = {
	{"system_heap", open_system, make_by_heap}, {"cma_heap", open_cma, make_by_heap},
	{"udmabuf", open_small, make_by_udmabuf},   {"udmabuf_huge", open_huge, make_by_udmabuf},
	{"vgem", open_vgem, make_by_vgem},	    {"vfio", open_vfio, make_by_vfio},
};

static int open_named(struct bench_ctx *ctx, const char *name, size_t bytes,
		      struct stock *ret_stock)
{
	const struct stock_exporter *exporter = exporters;

	while (strcmp(exporter->name, name))
		exporter++;
	*ret_stock = (struct stock){
		.exporter = exporter,
		.bytes = bytes,
		.device = -1,
		.memfd = -1,
		.fd = -1,
	};
	return exporter->open(ctx, ret_stock);
}

int stock_open(struct bench_ctx *ctx, struct stock *ret_stock)
{
	return open_named(ctx, bench_param(ctx, "exporter"), bench_param_size_bytes(ctx, "size"),
			  ret_stock);
}

int stock_open_udmabuf(struct bench_ctx *ctx, bool is_huge, size_t bytes, struct stock *ret_stock)
{
	return open_named(ctx, is_huge ? "udmabuf_huge" : "udmabuf", bytes, ret_stock);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void stock_close(struct stock *s)
{
	if (!s->exporter)
		return;
	close_fd(&s->fd);
	close_fd(&s->memfd);
	close_fd(&s->device);
	vfio_close(&s->vfio);
	pci_take_back(&s->client);
}

int stock_make(void *stock)
{
	struct stock *s = stock;

	return s->exporter->make(s);
}

int stock_drop(void *stock)
{
	struct stock *s = stock;
	int err = close(s->fd) ? -errno : 0;

	s->fd = -1;
	return err;
}
