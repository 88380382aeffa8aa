/*
 * What the benchmarks of family p2p share: who provides memory and who is to reach it, by the
 * topology that a guest is built with, and the kernel's verdict on the way between them.
 */
#ifndef PINBENCH_BENCH_P2P_H
#define PINBENCH_BENCH_P2P_H

#include "bench/core/pci.h"
#include "bench/core/rounds.h"
#include "pinbench/uapi.h"

struct p2p_case {
	struct rounds rounds;
	struct pci_device provider; /* bound to pinbench-p2p */
	struct pci_device client;   /* bound to pinbench */
	bool is_system;		    /* memory=system or bounce: DMA is of the machine's memory */
	int distance;		    /* of the two, or -1 */
	uint32_t route;		    /* enum pinbench_p2p_route */
	void *own;		    /* the benchmark's: see p2p_teardown() */
};

extern const struct bench_param p2p_param_topology;
extern const struct bench_param p2p_param_memory; /* p2p or system */
extern const struct bench_emulated p2p_emulated;

/*
 * Gives both devices to the module, and asks it for the way between them: facts "distance" and
 * "route", the condition "route", the topology. Returns as bench_skip() and bench_fail() do; a
 * machine without such devices is a skip that says so. p2p_teardown() in any case.
 */
int p2p_setup(struct bench_ctx *ctx, struct p2p_case **ret_case);
/*
 * The parts of it: a case without devices; one of them each; what the kernel says of the way, once
 * both are the module's. The first returns as bench_fail() does, and is to be torn down if it left
 * a case.
 */
int p2p_begin(struct bench_ctx *ctx, struct p2p_case **ret_case);
int p2p_give_provider(struct bench_ctx *ctx, struct p2p_case *c);
int p2p_give_client(struct bench_ctx *ctx, struct p2p_case *c);
/* Who takes part, as a fact and in the report's picture. */
int p2p_tell_party(struct bench_ctx *ctx, const char *role, const struct pci_device *device);
int p2p_ask(struct bench_ctx *ctx, struct p2p_case *c);
/* Frees what own points to itself, and gives the devices back. */
void p2p_teardown(struct bench_ctx *ctx);
int p2p_run(struct bench_ctx *ctx);

/* For a request: the provider, or 0 with PINBENCH_P2P_SYSTEM in *flags. */
uint32_t p2p_provider(const struct p2p_case *c, uint32_t *flags);
/* What went wrong, with both devices' names. Returns as bench_fail() does. */
int p2p_fail(struct bench_ctx *ctx, const char *what, int err);
/* The same where the kernel refuses the way between them: a skip. */
int p2p_skip_refused(struct bench_ctx *ctx);

/*
 * Memory of the provider mapped into this process by its sysfs file p2pmem/allocate. @bytes are
 * whole pages. A kernel before 6.2 is a skip. To be unmapped by munmap().
 */
int p2p_map_memory(struct bench_ctx *ctx, const struct pci_device *provider, uint64_t bytes,
		   void **ret_memory);

/*
 * One ioctl of the client's own engine, edu's: measured are starting and finishing, the case's
 * first two operations. A way that the kernel does not trust is a skip.
 */
int p2p_engine_transfers(struct bench_ctx *ctx, uint32_t bytes, bool is_write, uint32_t calls);

/* Bytes that say where they belong; whether they arrived. @seed tells one round from the next. */
void p2p_fill(void *memory, uint64_t bytes, uint64_t seed);
bool p2p_is_filled(const void *memory, uint64_t bytes, uint64_t seed);

#endif
