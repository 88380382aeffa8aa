/* Direct I/O of a null block device: what syscall/direct_read and syscall/direct_write share. */
#ifndef PINBENCH_SYSCALL_DIRECT_H
#define PINBENCH_SYSCALL_DIRECT_H

#include "bench/syscall/syscall.h"

extern const struct bench_param *const direct_params[];

#define DIRECT_UNPINNED \
	"page references (iov_iter_get_pages2(), 6.1); or uncounted pins of the zero page"
#define DIRECT_OUTSIDE                                                                            \
	"mapping, faulting in and verifying the memory, opening the device, and the clock's own " \
	"cost, which is subtracted"

/* Opens the device if it is a null block device that keeps no data, else skips. */
int direct_open(struct bench_ctx *ctx, struct syscall_case *c);
void direct_close(struct syscall_case *c);
/* Transfers the region once, @call transferring a struct direct_io, and checks the kernel's count.
 */
int direct_pass(struct bench_ctx *ctx, struct syscall_case *c, const char *what, measured_call call,
		bool write);

struct direct_io {
	int fd;
	void *addr;
	size_t bytes;
};

#endif
