/*
 * What stands in the way of an allocation from a CMA area: so many of its pages are taken, by
 * somebody whose pages can be moved, or not. Arranged and then verified: a machine on which
 * the pages do not lie where they should is a skip.
 */
#ifndef PINBENCH_MEMORY_OCCUPANT_H
#define PINBENCH_MEMORY_OCCUPANT_H

#include "bench/core/memory/ballast.h"
#include "bench/core/memory/pool.h"
#include "bench/core/ring.h"

/* The parameters of a benchmark with an occupied area. */
extern const struct bench_param occupant_param_occupant;
extern const struct bench_param occupant_param_share;
extern const struct bench_param occupant_param_layout;

struct occupant {
	const struct occupant_kind *kind;
	struct cma_pool pool;
	int file;   /* whose page cache it is; -1: none */
	int tee_fd; /* -1: none */
	int shm_fd;
	bool has_ring;
	struct io_uring ring;
	bool has_pins;
	struct ballast rest; /* of the area, where the pool does not reach */
	size_t piece_bytes;  /* of the rest, in the least */
};

/* Which of its holders the case needs: the module, for one. Returns as bench_skip() does. */
int occupant_check(struct bench_ctx *ctx, const struct cma_area *area);
/*
 * By the case's parameters. Says in facts what lies where: occupied_pages before anybody held them,
 * left_pages afterwards. What is to be asked for has @wanted_bytes: free pieces below that are in
 * nobody's way. Returns as bench_skip() and bench_fail() do; leave in any case.
 */
int occupant_move_in(struct bench_ctx *ctx, const struct cma_area *area, size_t wanted_bytes,
		     struct occupant *ret_o);
/*
 * Whether all is as it was moved in: no page has moved since. 1, 0, or what bench_fail() gives.
 */
int occupant_is_in_place(struct bench_ctx *ctx, struct occupant *o);
/*
 * Skips where the pages that an allocation of @bytes moves out of the area have nowhere to go: the
 * kernel would end a process for them, and it might be this one.
 */
int occupant_check_room(struct bench_ctx *ctx, const struct cma_area *area,
			const struct occupant *occupant, uint64_t bytes);
/* Whether anybody holds pages, so that letting go changes something. */
bool occupant_holds(const struct occupant *o);
/* Gives the pins back; the pages stay. Returns as bench_fail() does. */
int occupant_let_go(struct bench_ctx *ctx, struct occupant *o);
/* Everything back. Takes a zeroed one that was never moved in. */
void occupant_leave(struct bench_ctx *ctx, struct occupant *o);

#endif
