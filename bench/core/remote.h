/*
 * Memory under test in another process: a child prepares a backing, and reads and writes it when it
 * is told to. It waits otherwise, and ends with this process.
 */
#ifndef PINBENCH_REMOTE_H
#define PINBENCH_REMOTE_H

#include <sys/types.h>
#include "pinbench/bench.h"

struct remote {
	pid_t pid;  /* 0: there is none */
	void *addr; /* in the child */
	size_t bytes;
	int ask; /* pipes to it and from it */
	int answer;
};

/* By the case's parameters, as backing_prepare() does. Returns as it does. */
int remote_prepare(struct bench_ctx *ctx, struct remote *ret_remote);
/* Ends the child, which drops its backing first. Takes a zeroed remote. */
void remote_drop(struct remote *r);

/*
 * A pattern, to tell what was copied: a word for each offset into the region, zero for seed 0.
 * fill writes it; holds tells whether @bytes at @addr are what belongs to @offset.
 */
void pattern_fill(void *addr, size_t bytes, uint64_t seed, size_t offset);
bool pattern_holds(const void *addr, size_t bytes, uint64_t seed, size_t offset);

/* The child writes the pattern over all of its memory. Return as bench_fail() does. */
int remote_fill(struct bench_ctx *ctx, const struct remote *r, uint64_t seed);
/* It fails the case if the first @bytes of each @stride are not the pattern. */
int remote_check(struct bench_ctx *ctx, const struct remote *r, uint64_t seed, size_t stride,
		 size_t bytes);

#endif
