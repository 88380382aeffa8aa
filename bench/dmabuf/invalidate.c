/*
 * dmabuf/invalidate: what it costs an exporter to tell its importers that the buffer moves, which
 * is move_notify up to 6.x and invalidate_mappings in 7.x; and what it costs them to map it again.
 *
 * Timed: dma_buf_move_notify() or dma_buf_invalidate_mappings(); then dma_buf_map_attachment().
 * Excluded: the reservation lock, which is held; the move; what a device does to stop; the clock.
 * Path: dma_buf_invalidate_mappings() -> each importer's callback -> dma_buf_unmap_attachment()
 */
#include <errno.h>
#include <string.h>
#include "bench/dmabuf/dmabuf.h"

enum operations {
	INVALIDATE,
	REMAP,
};

static const struct operation_metrics names_invalidate = OPERATION_NAMES("invalidate", "call");
static const struct operation_metrics names_remap = OPERATION_NAMES("remap", "call");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("invalidate", "call", "telling all importers", false),
	OPERATION_METRICS("remap", "call", "one importer mapping it again", true),
	{.name = NULL},
};

static const struct bench_param param_mapped = {
	.name = "mapped",
	.fallback = "1",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: all importers have the buffer mapped; 0: none has",
};

static const struct bench_param param_callback = {
	.name = "callback",
	.fallback = "unmap",
	.allowed = (const char *const[]){"unmap", "mark", NULL},
	.help = "what an importer does when it is told: it unmaps, or only notes it, and unmaps "
		"when "
		"it wants a new mapping",
};

static const struct bench_param *const params[] = {
	&dmabuf_param_importers, &param_mapped,	  &exported_param_size,
	&exported_param_segment, &param_callback, NULL,
};

/* Who was told, perhaps more than once, and what it has now. */
static int check_told(struct bench_ctx *ctx, uint32_t before)
{
	struct dmabuf_case *c = bench_state(ctx);
	int err = dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_UNPIN, 1);

	if (!err && c->invalidated - before < c->importers)
		err = bench_fail(ctx, EPROTO, "%u of %u importers were told",
				 c->invalidated - before, c->importers);
	bench_fact_number(ctx, "told", c->invalidated - before);
	return err ? err : dmabuf_expect_mapped(ctx, 0);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	uint32_t before = c->invalidated;
	int err = 0;

	if (bench_param_bool(ctx, "mapped")) {
		err = dmabuf_importers(ctx, &operations[REMAP], PINBENCH_IMPORTER_MAP, 1);
		if (!err)
			err = dmabuf_expect_mapped(ctx, c->importers);
	}
	if (!err)
		err = dmabuf_exporter(ctx, &operations[INVALIDATE], PINBENCH_EXPORTER_INVALIDATE,
				      1);
	return err ? err : check_told(ctx, before);
}

static int setup(struct bench_ctx *ctx)
{
	bool marks = !strcmp(bench_param(ctx, "callback"), "mark");
	size_t importers = bench_param_size_bytes(ctx, "importers");
	struct dmabuf_case *c;
	int err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC, PINBENCH_INSERT_PFN, &c);

	if (!err && marks && !bench_param_bool(ctx, "mapped"))
		err = bench_skip(ctx, "without a mapping there is none to mark");
	if (!err)
		err = dmabuf_attach(ctx, NULL,
				    PINBENCH_ATTACH_DYNAMIC | (marks ? PINBENCH_ATTACH_MARK : 0));
	if (!err)
		err = dmabuf_add(ctx, &names_invalidate, 1);
	if (!err)
		err = dmabuf_add(ctx, &names_remap, importers + 1);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	if (!err && c->segments)
		bench_fact_number(ctx, "segments", c->segments);
	return err ? err : dmabuf_tell_pins(ctx);
}

const struct bench bench_dmabuf_invalidate = {
	.name = "dmabuf/invalidate",
	.summary = "What it costs to tell importers that a buffer moves, by how many they are",
	.path = "dma_buf_move_notify(), from 7.0 dma_buf_invalidate_mappings() -> the importers' "
		"callbacks -> dma_buf_unmap_attachment()",
	.inside = "the call that tells them, with what they do about it: unmap; then "
		  "dma_buf_map_attachment() of each",
	.outside = "the reservation lock, which is held; the move; what a device does to stop",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
