/* The two kinds of p2p/transfer: with a disk, and with a device that starts transfers itself. */
#ifndef PINBENCH_BENCH_P2P_TRANSFER_CASE_H
#define PINBENCH_BENCH_P2P_TRANSFER_CASE_H

#include "bench/p2p/p2p.h"

#define TRANSFER_SECTOR_BYTES 512

enum transfer_operations {
	TRANSFER,
	START,
	FINISH,
};

/* By enum transfer_operations. */
extern const struct operation_metrics transfer_names[];

/* Both prepare and rehearse a case that was begun, and return as bench_skip() and bench_fail() do.
 */
int transfer_setup_disk(struct bench_ctx *ctx, struct p2p_case *c);
int transfer_setup_edu(struct bench_ctx *ctx, struct p2p_case *c);
/* Of either, however far it came. */
void transfer_teardown(struct bench_ctx *ctx);

#endif
