/*
 * What the benchmarks of family uring share: the memory and the rings of a case, its buffers, and
 * rounds of measured calls, which are rehearsed until they cost the same twice.
 */
#ifndef PINBENCH_BENCH_URING_H
#define PINBENCH_BENCH_URING_H

#include <sys/uio.h>
#include "bench/core/backing.h"

#include "bench/core/pins.h"
#include "bench/core/ring.h"
#include "bench/core/rounds.h"

#define URING_MAX_RINGS 3
/* Calls of each operation in a round. */
#define URING_CALLS 16

struct uring_case {
	struct backing backing;
	struct iovec *buffers; /* the region, in equal parts */
	unsigned int count;
	struct io_uring rings[URING_MAX_RINGS];
	unsigned int open_rings;
	struct rounds rounds;
	bool unregister_waits; /* for an RCU grace period: no path length */
	int fd;		       /* of what is read, or -1 */
};

/* What io_uring can be used with, of backing_param_backing. */
extern const struct bench_param uring_param_backing;
extern const struct bench_param uring_param_buffers;

/* The case's state, with its memory and one ring. To be freed by uring_teardown(). */
int uring_setup(struct bench_ctx *ctx, struct uring_case **ret_case);
void uring_teardown(struct bench_ctx *ctx);
int uring_add_ring(struct bench_ctx *ctx, struct uring_case *c);
/* Cuts the region into @count buffers; a skip if they would be less than a page each. */
int uring_split(struct bench_ctx *ctx, struct uring_case *c, unsigned int count);

/* What the kernel has pinned and accounted by now. */
struct uring_pins {
	struct pins pages;
	uint64_t vm_pin_bytes; /* of this process: mm->pinned_vm */
	uint64_t vm_lck_bytes; /* mm->locked_vm, which io_uring leaves alone */
};

int uring_pins_read(struct bench_ctx *ctx, struct uring_pins *ret_pins);
/* Fails the case if what was pinned or accounted at @from is not what is now, at @to. */
int uring_pins_compare(struct bench_ctx *ctx, const struct uring_pins *from,
		       const struct uring_pins *to);
/* Pins that are held more than at @from. */
int64_t uring_pins_held(const struct uring_pins *from, const struct uring_pins *to);

/* How often this process has slept: a call that adds to it has waited for somebody. */
long uring_sleeps(void);

/* What measured calls of registering take. */
struct uring_table {
	struct io_uring *ring;
	const struct iovec *buffers;
	unsigned int count;
};

int uring_call_register(void *table);
int uring_call_unregister(void *table);
/*
 * Finds out whether unregistering waits on this kernel, which makes its time no path length;
 * uring_unregister() does not measure it then where instructions are counted.
 */
int uring_probe_unregister(struct bench_ctx *ctx, struct uring_table *table);
int uring_unregister(struct bench_ctx *ctx, struct uring_table *table, struct operation *op,
		     uint64_t count);

#endif
