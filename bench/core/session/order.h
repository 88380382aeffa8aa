/* The order in which the cases of a round are run: drawn anew for each, and always the same one. */
#ifndef PINBENCH_BENCH_SESSION_ORDER_H
#define PINBENCH_BENCH_SESSION_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Stands in the result, so that an order can be had again. */
#define ORDER_SEED 20120101u

/* *ret_order: the numbers from 0 to @count - 1, shuffled by ORDER_SEED and @round. */
void order_draw(size_t *ret_order, size_t count, uint32_t round);

#endif
