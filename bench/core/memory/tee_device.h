/* The module's software TEE device, and the user buffers registered with it. */
#ifndef PINBENCH_MEMORY_TEE_DEVICE_H
#define PINBENCH_MEMORY_TEE_DEVICE_H

#include "pinbench/bench.h"

/*
 * Makes the device and opens it; wants bench_open_module() before. 0 with *ret_fd, or what
 * bench_skip() and bench_fail() give. The device goes when both files are closed.
 */
int tee_device_open(struct bench_ctx *ctx, int *ret_fd);
/*
 * TEE_IOC_SHM_REGISTER of a buffer of the caller: the file descriptor that holds it, or -errno. The
 * pages are pinned until it is closed.
 */
int tee_device_register(int fd, void *addr, size_t bytes);
/* TEE_IOC_SHM_ALLOC: a buffer of the kernel's, held by the file descriptor; or -errno. */
int tee_device_alloc(int fd, size_t bytes);

#endif
