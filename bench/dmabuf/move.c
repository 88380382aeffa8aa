/*
 * dmabuf/move: what one move of a buffer costs all together, with whoever uses it having it back
 * afterwards: importers that map it anew, or programs that fault it in anew.
 *
 * Timed: the move, in the kernel; and after it the importers' mapping or the programs' faults.
 * Excluded: the clock.
 * Path: dma_resv_lock() -> dma_buf_invalidate_mappings() -> unmap_mapping_range() ->
 * dma_resv_wait_timeout() -> copy_highpage() -> dma_buf_map_attachment(), or asm_exc_page_fault
 */
#include <errno.h>
#include <string.h>
#include "bench/dmabuf/dmabuf.h"
#include "bench/core/memory/insert.h"

enum operations {
	MOVE,
	RESTORE,
};

static const struct operation_metrics names_move = OPERATION_NAMES("move", "call");
static const struct operation_metrics names_restore = OPERATION_NAMES("restore", "call");

static const struct bench_metric metrics[] = {
	{.name = "whole", .per = "call", .help = "a move until all users have the buffer again"},
	OPERATION_METRICS("move", "call", "the move itself, with eager remapping", true),
	OPERATION_METRICS("restore", "call", "one user's getting it back after the move", true),
	{.name = NULL},
};

static const struct bench_param param_users = {
	.name = "users",
	.fallback = "importers",
	.allowed = (const char *const[]){"importers", "pfn", "batch", "pmd", "mixed", "page",
					 "returned", NULL},
	.help = "who uses it: importers, that have it mapped for devices; or programs, that have "
		"it "
		"mapped through the exporter's fault handler, by how that fills in page tables",
};

static const struct bench_param param_count = {
	.name = "count",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "2", "4", "8", "16", "32", "64", NULL},
	.help = "of them",
};

static const struct bench_param param_remap = {
	.name = "remap",
	.fallback = "lazy",
	.allowed = (const char *const[]){"lazy", "eager", NULL},
	.help = "importers map it anew when they want it next, or as a part of the move",
};

static const struct bench_param param_copy = {
	.name = "copy",
	.fallback = "0",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: the CPU copies the contents, inside the move",
};

static const struct bench_param *const params[] = {
	&param_users, &param_count, &exported_param_size, &exported_param_segment, &param_remap,
	&param_copy,  NULL,
};

static bool is_eager(const struct bench_ctx *ctx)
{
	return !strcmp(bench_param(ctx, "remap"), "eager");
}

static uint32_t move_flags(const struct bench_ctx *ctx)
{
	const struct dmabuf_case *c = bench_state(ctx);

	return (bench_param_bool(ctx, "copy") ? PINBENCH_MOVE_COPY : 0) |
	       (is_eager(ctx) ? PINBENCH_MOVE_REMAP : 0) |
	       (c->programs.members ? PINBENCH_MOVE_ZAP : 0);
}

/* So that there is something to take away: what the move before left undone. */
static int use(struct bench_ctx *ctx, struct operation *op)
{
	struct dmabuf_case *c = bench_state(ctx);

	if (c->programs.members)
		return crew_call(ctx, &c->programs, op, exported_touch, 1);
	return dmabuf_importers(ctx, op, PINBENCH_IMPORTER_MAP, 1);
}

static int move_once(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	int err = dmabuf_move(ctx, &operations[MOVE], move_flags(ctx), 0);

	/* Everybody has it already: nobody is measured. */
	if (!err)
		err = use(ctx, is_eager(ctx) ? NULL : &operations[RESTORE]);
	return err;
}

/*
 * Taking a page from a program marks it as referenced one time and tries to activate it the next,
 * which costs more: a round has both, in both places.
 */
static unsigned int moves_of(const struct dmabuf_case *c)
{
	uint32_t insert = c->buffer.insert;
	bool has_pages = insert == PINBENCH_INSERT_PAGE || insert == PINBENCH_INSERT_RETURNED;

	return has_pages ? 4 : 1;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	unsigned int moves = moves_of(bench_state(ctx));
	int err = 0;

	while (!err && moves--)
		err = move_once(ctx);
	return err;
}

static int check_moves(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	unsigned int users = (unsigned int)bench_param_size_bytes(ctx, "count");
	struct pinbench_dmabuf_counts before, after;
	uint64_t got, expected = users;
	int err = exported_counts(ctx, &c->buffer, &before);

	if (!err)
		err = move_once(ctx);
	if (!err)
		err = exported_counts(ctx, &c->buffer, &after);
	operation_forget(&c->rounds.operations[MOVE]);
	operation_forget(&c->rounds.operations[RESTORE]);
	if (err)
		return err;
	got = c->programs.members ? after.faults - before.faults : after.maps - before.maps;
	if (c->programs.members)
		expected *= insert_faults(c->buffer.insert, c->buffer.bytes);
	bench_fact_number(ctx, c->programs.members ? "faults" : "maps", (double)got);
	if (after.moves == before.moves + 1 && got == expected)
		return 0;
	return bench_fail(ctx, EPROTO, "after a move the exporter was asked %llu times, not %llu",
			  (unsigned long long)got, (unsigned long long)expected);
}

static int add_users(struct bench_ctx *ctx, unsigned int count)
{
	if (strcmp(bench_param(ctx, "users"), "importers"))
		return dmabuf_add_programs(ctx, count);
	return dmabuf_attach_some(ctx, NULL, count, PINBENCH_ATTACH_DYNAMIC);
}

static int add_operations(struct bench_ctx *ctx, unsigned int count)
{
	struct dmabuf_case *c = bench_state(ctx);
	unsigned int moves = moves_of(c);
	int err = dmabuf_add(ctx, &names_move, moves);

	if (err)
		return err;
	return c->programs.members ? dmabuf_add_in_programs(ctx, &names_restore, moves * count)
				   : dmabuf_add(ctx, &names_restore, moves * count);
}

static int setup(struct bench_ctx *ctx)
{
	unsigned int count = (unsigned int)bench_param_size_bytes(ctx, "count");
	const char *users = bench_param(ctx, "users");
	bool imports = !strcmp(users, "importers");
	uint32_t insert = PINBENCH_INSERT_PFN;
	struct dmabuf_case *c;
	int err = imports ? 0 : insert_by_name(ctx, users, &insert);

	if (!err)
		err = dmabuf_setup(ctx, PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO, insert, &c);
	if (!err && !imports && is_eager(ctx))
		err = bench_skip(ctx,
				 "programs fault it in when they want it: there is no eager way");
	if (!err)
		err = insert_check(ctx, insert);
	if (!err)
		err = add_users(ctx, count);
	if (!err)
		err = add_operations(ctx, count);
	if (!err)
		err = use(ctx, NULL);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	return err ? err : check_moves(ctx);
}

static int run(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	double whole;
	int err = round_of_calls(ctx);

	if (err)
		return err;
	whole = operation_each(&operations[MOVE]);
	if (operations[RESTORE].done)
		whole += operation_each(&operations[RESTORE]) *
			 ((double)operations[RESTORE].done / moves_of(c));
	bench_sample(ctx, "whole", whole);
	rounds_report(ctx, &c->rounds);
	return 0;
}

const struct bench bench_dmabuf_move = {
	.name = "dmabuf/move",
	.summary = "What moving a buffer costs until all who use it have it again, importers or "
		   "programs",
	.path = "dma_resv_lock() -> dma_buf_move_notify() or dma_buf_invalidate_mappings(), "
		"unmap_mapping_range() -> dma_resv_wait_timeout() -> dma_buf_map_attachment(), or "
		"page faults through the exporter",
	.inside = "the move, with the lock; then each importer's mapping or each program's faults",
	.outside = "the clock; who uses it, and its second place",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = run,
	.teardown = dmabuf_teardown,
};
