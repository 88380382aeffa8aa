/*
 * Buffers of the kernel's own dma-buf exporters: DMA heaps, udmabuf of a memfd, a graphics driver
 * without a device, and VFIO.
 */
#ifndef PINBENCH_BENCH_STOCK_H
#define PINBENCH_BENCH_STOCK_H

#include <stddef.h>
#include <stdint.h>
#include "pinbench/bench.h"
#include "bench/core/vfio.h"

struct stock_exporter;

struct stock {
	const struct stock_exporter *exporter;
	size_t bytes;
	int device; /* that buffers are asked of, or -1 */
	int memfd;  /* that they are of, or -1 */
	int fd;	    /* of the buffer, or -1 */
	/* How importers must attach: PINBENCH_ATTACH_* and the device that they are. */
	uint32_t attach_flags;
	uint32_t pci_address;
	/* Whose BAR a buffer is, and another device; used by the exporter that takes them. */
	struct vfio vfio;
	struct pci_device client;
};

extern const struct bench_param stock_param_exporter;
extern const struct bench_param stock_param_size;

/*
 * Gets ready by the parameters exporter and size, but makes no buffer yet. Returns as bench_skip()
 * and bench_fail() do. To be closed in any case.
 */
int stock_open(struct bench_ctx *ctx, struct stock *ret_stock);
/* The same of udmabuf, over huge pages of 2 MiB or over small ones. */
int stock_open_udmabuf(struct bench_ctx *ctx, bool is_huge, size_t bytes, struct stock *ret_stock);
void stock_close(struct stock *stock);

/* Calls that may be measured, of a struct stock: 0 or -errno. */
int stock_make(void *stock);
int stock_drop(void *stock);

#endif
