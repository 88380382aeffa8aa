/* Buffers of vgem, the kernel's graphics driver that has no device. */
#ifndef PINBENCH_BENCH_VGEM_H
#define PINBENCH_BENCH_VGEM_H

#include <stddef.h>

/* Its device: a descriptor, or -ENODEV or another -errno. */
int vgem_open(void);
/*
 * A new buffer of whole pages as a dma-buf: a descriptor, or -errno. The kernel finds its pages
 * when somebody attaches to it or maps it.
 */
int vgem_export(int device, size_t bytes);

#endif
