/* What syscall/process_vm_readv and syscall/process_vm_writev share. */
#ifndef PINBENCH_SYSCALL_PROCESS_VM_H
#define PINBENCH_SYSCALL_PROCESS_VM_H

#include <sys/uio.h>
#include "bench/syscall/syscall.h"

extern const struct bench_param *const process_vm_params[];

#define PROCESS_VM_UNPINNED "none: the zero page, whose pins are not counted"
#define PROCESS_VM_OUTSIDE                                                                        \
	"the child, its memory and its checks, this process's buffer, and the clock's own cost, " \
	"which is subtracted"

struct process_vm_call {
	pid_t pid;
	struct iovec local;
	struct iovec remote;
};

int process_vm_open(struct bench_ctx *ctx, struct syscall_case *c);
void process_vm_close(struct syscall_case *c);
/* The child's region once, by @call of a struct process_vm_call; checks what was copied. */
int process_vm_read_pass(struct bench_ctx *ctx, struct syscall_case *c, measured_call call);
int process_vm_write_pass(struct bench_ctx *ctx, struct syscall_case *c, measured_call call);

#endif
