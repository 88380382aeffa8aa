/* A case of family dmabuf whose buffers are a stock exporter's. */
#ifndef PINBENCH_BENCH_STOCK_CASE_H
#define PINBENCH_BENCH_STOCK_CASE_H

#include "bench/core/memory/stock.h"
#include "bench/dmabuf/dmabuf.h"

/* By the parameters exporter and size; there is no buffer yet. Returns as bench_fail() does. */
int dmabuf_setup_stock(struct bench_ctx *ctx, struct dmabuf_case **ret_case);
/* To make buffers with. */
struct stock *dmabuf_stock(struct bench_ctx *ctx);
void dmabuf_teardown_stock(struct bench_ctx *ctx);

#endif
