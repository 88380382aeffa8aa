/* How an exporter fills in the page tables of programs: the names of what uapi.h offers. */
#ifndef PINBENCH_BENCH_INSERT_H
#define PINBENCH_BENCH_INSERT_H

#include <stdint.h>
#include "pinbench/bench.h"
#include "pinbench/uapi.h"

extern const struct bench_param insert_param;

/* Return as bench_skip() and bench_fail() do. */
int insert_by_name(struct bench_ctx *ctx, const char *name, uint32_t *ret_insert);
/* Whether it can be done to a buffer of the case's size and pieces. */
int insert_check(struct bench_ctx *ctx, uint32_t insert);
/* How often a program faults that touches every page of it. */
uint64_t insert_faults(uint32_t insert, uint64_t bytes);

#endif
