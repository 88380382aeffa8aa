/*
 * What the benchmarks of family notifier share: subscribers to an address space, which the module
 * has, and memory to do things to.
 */
#ifndef PINBENCH_BENCH_NOTIFIER_H
#define PINBENCH_BENCH_NOTIFIER_H

#include "bench/core/crew.h"
#include "bench/core/rounds.h"
#include "pinbench/uapi.h"

#define NOTIFIER_PAGE_BYTES 4096ul
#define NOTIFIER_HUGE_BYTES (2ul << 20)
#define NOTIFIER_NS_PER_MS  1000000u

struct notifier_case {
	struct rounds rounds;
	struct crew crew;
	int fd; /* /dev/pinbench, for processes of the crew too */
	uint32_t kind;
	uint32_t subscribers;
	uint32_t delay_ns;
	/* Memory under test, at a multiple of 2 MiB; of each process that has it, its own. */
	void *addr;
	size_t bytes;
	void *elsewhere; /* as much, which nothing is done to */
	int other_fd;	 /* /dev/pinbench once more, or -1 */
};

extern const struct bench_param notifier_param_kind;
extern const struct bench_param notifier_param_mapped_kind; /* where shared ones add nothing */
extern const struct bench_param notifier_param_where;
extern const struct bench_param notifier_param_subscribers;

/* All return as bench_skip() and bench_fail() do. */

/* By the parameters kind and subscribers, or what those fall back to. */
int notifier_setup(struct bench_ctx *ctx, struct notifier_case **ret_case);
void notifier_teardown(struct bench_ctx *ctx);
int notifier_run(struct bench_ctx *ctx);

/* By the parameter where: is it the region that intervals cover? Only intervals cover any. */
bool notifier_is_here(const struct bench_ctx *ctx);
int notifier_check_where(struct bench_ctx *ctx);

/* Address space for @bytes of memory under test, and as much elsewhere. */
int notifier_reserve(struct bench_ctx *ctx, size_t bytes);

/*
 * What an ioctl is asked for: subscribers of the case's kind, of an interval at @addr if that is
 * not NULL; and an operation with them.
 */
struct pinbench_notifier_subscribe notifier_subscription(const struct notifier_case *c,
							 const void *addr);
/* This process's, measured as @op, or not if that is NULL. */
int notifier_subscribe(struct bench_ctx *ctx, struct operation *op, const void *addr);
/*
 * Of all of them. Where instructions are counted, what sleeps has no path length, and is no part of
 * the figure.
 */
int notifier_unsubscribe(struct bench_ctx *ctx, struct operation *op);
/* The calls of subscribers so far. */
int notifier_count(struct bench_ctx *ctx, struct pinbench_notifier *ret_counts);

/* Without measuring: for processes of the crew, too. 0 or -errno. */
int notifier_ask(int fd, unsigned long request, void *argument, struct pinbench_samples *samples,
		 uint64_t *durations, size_t capacity);

#endif
