/*
 * What the benchmarks of family syscall share: memory of a kind, system calls on it that the
 * benchmark names, each measured alone, and the kernel's count of pins around them. A benchmark
 * gives a pass: all of its calls once.
 */
#ifndef PINBENCH_SYSCALL_H
#define PINBENCH_SYSCALL_H

#include "bench/core/backing.h"
#include "bench/core/operation.h"
#include "bench/core/pins.h"
#include "bench/core/remote.h"

#define SYSCALL_PAGE_BYTES     4096ul
#define SYSCALL_MAX_OPERATIONS 4

struct syscall_case {
	struct backing backing;
	struct remote remote; /* instead of backing, where the memory is another process's */
	struct operation operations[SYSCALL_MAX_OPERATIONS];
	bool rehearsing;     /* what is called now is no part of a figure */
	unsigned int passes; /* begun so far */
	void *scratch;	     /* a page that nothing is measured on */
	void *own;	     /* of the benchmark: made by its open, freed by its close */
};

struct syscall_spec {
	const struct operation_metrics *operations;
	size_t operation_count;
	const char *unpinned; /* what keeps the pages where the kernel counts no pin */
	bool remote;	      /* the memory is a child process's */
	/* Once, the memory is there. A close is called after an open that failed, too. */
	int (*open)(struct bench_ctx *ctx, struct syscall_case *c);
	int (*pass)(struct bench_ctx *ctx, struct syscall_case *c);
	void (*close)(struct syscall_case *c);
};

/* Parameters: kinds of memory that can be written to, and bytes per call. */
extern const struct bench_param syscall_param_backing;
extern const struct bench_param syscall_param_io;

/*
 * One measured call of operation @operation, which handles @count of its units. @what names the
 * call in the reason if it fails. Returns as bench_fail() does.
 */
int syscall_call(struct bench_ctx *ctx, struct syscall_case *c, size_t operation, const char *what,
		 measured_call call, void *context, uint64_t count);
/* Empties this CPU's batches of LRU pages, for calls that would do it themselves. */
void syscall_drain_lru(struct syscall_case *c);
/* What a call returns that transferred @got of @want bytes: fewer are an error. Reads errno. */
int syscall_transferred(ssize_t got, size_t want);
/* The bytes per call; a skip if the region is no multiple of them. */
int syscall_io_bytes(struct bench_ctx *ctx, size_t *ret_bytes);

/* setup, run and teardown of a struct bench whose data is a struct syscall_spec. */
int syscall_setup(struct bench_ctx *ctx);
int syscall_run(struct bench_ctx *ctx);
void syscall_teardown(struct bench_ctx *ctx);

#endif
