/* A stock exporter's buffers: see stock_case.h. */
#include <errno.h>
#include <stdlib.h>
#include "bench/dmabuf/stock_case.h"

struct stock *dmabuf_stock(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);

	return c ? c->own : NULL;
}

int dmabuf_setup_stock(struct bench_ctx *ctx, struct dmabuf_case **ret_case)
{
	struct stock *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return bench_fail(ctx, ENOMEM, "no memory");
	err = dmabuf_setup_of(ctx, -1, bench_param_size_bytes(ctx, "size"), ret_case);
	if (!bench_state(ctx)) {
		free(s);
		return err;
	}
	(*ret_case)->own = s;
	if (!err)
		err = stock_open(ctx, s);
	(*ret_case)->pci_address = s->pci_address;
	return err;
}

void dmabuf_teardown_stock(struct bench_ctx *ctx)
{
	struct stock *s = dmabuf_stock(ctx);

	dmabuf_teardown(ctx);
	if (s)
		stock_close(s);
	free(s);
}
