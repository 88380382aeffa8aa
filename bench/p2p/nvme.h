/*
 * NVMe drives as the kernel's own driver has them: one with a controller memory buffer that it
 * lets others use, and one to transfer to and from.
 */
#ifndef PINBENCH_BENCH_P2P_NVME_H
#define PINBENCH_BENCH_P2P_NVME_H

#include "bench/core/pci.h"

/* Both return as bench_skip() and bench_fail() do. */

/* The first whose memory programs can have; it stays the driver's. */
int nvme_find_memory(struct bench_ctx *ctx, struct pci_device *ret_device);
/*
 * A disk that may be overwritten, of @bytes at least: the one that was named as "disk", or that of
 * the first drive that was made for this, whose serial number is "pinbench-disk". No other is ever
 * written to. *ret_fd: for direct I/O; nobody else has it.
 */
int nvme_open_disk(struct bench_ctx *ctx, uint64_t bytes, struct pci_device *ret_device,
		   int *ret_fd);

#endif
