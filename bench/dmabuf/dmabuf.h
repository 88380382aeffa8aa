/*
 * What the benchmarks of family dmabuf share: a buffer of the module's exporter, its importers,
 * which the module has too, and programs that have it mapped. All of it is the case's, and goes
 * with it.
 */
#ifndef PINBENCH_BENCH_DMABUF_H
#define PINBENCH_BENCH_DMABUF_H

#include "bench/core/crew.h"
#include "bench/core/rounds.h"
#include "bench/core/memory/exported.h"

struct dmabuf_case {
	struct rounds rounds;
	rounds_round round;	     /* which dmabuf_rehearse() was given */
	struct operation unmeasured; /* calls of the module that are no part of any figure */
	struct crew programs;
	struct exported buffer; /* of which each program has a copy, with its own mapping */
	unsigned int importers;
	uint32_t pci_address; /* with PINBENCH_ATTACH_PCI: of what they are */
	uint32_t segments;
	uint32_t mapped; /* importers, after the last operation of theirs */
	uint32_t invalidated;
	void *own; /* the benchmark's */
};

extern const struct bench_param dmabuf_param_importers;
extern const struct bench_param dmabuf_param_importer; /* of which kind they are */

/* All return as bench_skip() and bench_fail() do. */

/* A buffer by the parameters size, segment and table, or what those fall back to; @flags of uapi.h.
 */
int dmabuf_setup(struct bench_ctx *ctx, uint32_t flags, uint32_t insert,
		 struct dmabuf_case **ret_case);
/* The same of any dma-buf of @bytes, whose descriptor becomes the case's. */
int dmabuf_setup_of(struct bench_ctx *ctx, int fd, uint64_t bytes, struct dmabuf_case **ret_case);
void dmabuf_teardown(struct bench_ctx *ctx);

/* One more operation of the rounds, @calls a round; what the module measures, and what programs do.
 */
int dmabuf_add(struct bench_ctx *ctx, const struct operation_metrics *names, size_t calls);
int dmabuf_add_in_programs(struct bench_ctx *ctx, const struct operation_metrics *names,
			   size_t calls);
/* The first rounds; and a benchmark's run: one more, and its report. */
int dmabuf_rehearse(struct bench_ctx *ctx, rounds_round round);
int dmabuf_run(struct bench_ctx *ctx);

/* Importers by the parameters importers and importer. @op, here and below: NULL: not measured. */
int dmabuf_attach(struct bench_ctx *ctx, struct operation *op, uint32_t flags);
/* So many of them, at least one. */
int dmabuf_attach_some(struct bench_ctx *ctx, struct operation *op, unsigned int importers,
		       uint32_t flags);
/* One operation of all of them; each call does @each operations. */
int dmabuf_importers(struct bench_ctx *ctx, struct operation *op,
		     enum pinbench_importer_operation operation, uint64_t each);
int dmabuf_exporter(struct bench_ctx *ctx, struct operation *op,
		    enum pinbench_exporter_operation operation, uint64_t each);
int dmabuf_move(struct bench_ctx *ctx, struct operation *op, uint32_t flags, uint32_t delay_ns);
/*
 * The condition whether mapping has pinned the buffer, once it was mapped: what the kernel does for
 * who cannot be told of a move, or where nobody is told of any.
 */
int dmabuf_tell_pins(struct bench_ctx *ctx);
/* Fails the case unless so many importers are mapped. */
int dmabuf_expect_mapped(struct bench_ctx *ctx, unsigned int importers);

/* Processes, each with the buffer mapped at a multiple of 2 MiB, and nothing of it touched:
 * crew_call() of exported_touch() and so on. */
int dmabuf_add_programs(struct bench_ctx *ctx, unsigned int count);
/* The flags by the parameter importer. */
uint32_t dmabuf_attach_flags(const struct bench_ctx *ctx);

#endif
