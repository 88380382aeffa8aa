/*
 * dmabuf/fault: what the CPU's way to a buffer costs: programs map it through the exporter's fault
 * handler, the exporter takes it from them, and they fault it in again.
 *
 * Timed: mmap(); a read of a byte of each page, twice, from the program; unmap_mapping_range().
 * Excluded: the buffer, the processes, the clock.
 * Path: asm_exc_page_fault -> handle_mm_fault() -> the exporter's fault or huge_fault ->
 * vmf_insert_pfn(), vmf_insert_mixed(), vm_insert_page(), vmf_insert_pfn_pmd(), or the page itself;
 * remap_pfn_range() in mmap()
 */
#include <errno.h>
#include <string.h>
#include "bench/dmabuf/dmabuf.h"
#include "bench/core/memory/insert.h"

enum operations {
	MMAP,
	FAULT,
	ZAP,
	REFAULT,
};

static const struct operation_metrics names_mmap = OPERATION_NAMES("mmap", "page");
static const struct operation_metrics names_fault = OPERATION_NAMES("fault", "page");
static const struct operation_metrics names_zap = OPERATION_NAMES("zap", "page");
static const struct operation_metrics names_refault = OPERATION_NAMES("refault", "page");

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("refault", "page", "an access after the buffer was taken away", false),
	OPERATION_METRICS("zap", "page", "taking a page from a program", false),
	OPERATION_METRICS("fault", "page", "its first access, which makes page tables too", true),
	OPERATION_METRICS("mmap", "page", "mapping the buffer into a program", true),
	{.name = NULL},
};

static const struct bench_param param_programs = {
	.name = "programs",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "2", "4", "8", "16", "32", "64", NULL},
	.help = "processes that have the buffer mapped",
};

static const struct bench_param *const params[] = {
	&insert_param, &exported_param_size, &exported_param_segment, &param_programs, NULL,
};

/* Once the exporter has taken it, what was mapped by mmap() is gone for good. */
static bool faults_again(const struct dmabuf_case *c)
{
	return c->buffer.insert != PINBENCH_INSERT_REMAP;
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct operation *operations = c->rounds.operations;
	unsigned int programs = c->programs.members;
	int err = crew_call(ctx, &c->programs, NULL, exported_unmap, 1);

	if (!err)
		err = crew_call(ctx, &c->programs, &operations[MMAP], exported_map,
				c->buffer.pages);
	if (!err && c->buffer.insert == PINBENCH_INSERT_PMD)
		err = crew_call(ctx, &c->programs, NULL, exported_advise, 1);
	if (!err)
		err = crew_call(ctx, &c->programs, &operations[FAULT], exported_touch,
				c->buffer.pages);
	if (!err)
		err = dmabuf_exporter(ctx, &operations[ZAP], PINBENCH_EXPORTER_ZAP,
				      c->buffer.pages * programs);
	if (!err && faults_again(c))
		err = crew_call(ctx, &c->programs, &operations[REFAULT], exported_touch,
				c->buffer.pages);
	return err;
}

/* What each program's accesses were is counted by the exporter. */
static int check_faults(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);
	uint64_t expected = insert_faults(c->buffer.insert, c->buffer.bytes) * c->programs.members;
	struct pinbench_dmabuf_counts before, after;
	int err = exported_counts(ctx, &c->buffer, &before);

	if (!err)
		err = dmabuf_exporter(ctx, NULL, PINBENCH_EXPORTER_ZAP, 1);
	if (!err && faults_again(c))
		err = crew_call(ctx, &c->programs, NULL, exported_touch, 1);
	if (!err)
		err = exported_counts(ctx, &c->buffer, &after);
	if (err)
		return err;
	bench_fact_number(ctx, "faults", (double)(after.faults - before.faults));
	bench_fact_number(ctx, "inserted", (double)(after.inserted - before.inserted));
	if (after.faults - before.faults == expected)
		return 0;
	return bench_fail(ctx, EPROTO, "%llu faults came to the exporter, not %llu",
			  (unsigned long long)(after.faults - before.faults),
			  (unsigned long long)expected);
}

static int add_operations(struct bench_ctx *ctx, size_t programs)
{
	int err = dmabuf_add_in_programs(ctx, &names_mmap, programs);

	if (!err)
		err = dmabuf_add_in_programs(ctx, &names_fault, programs);
	if (!err)
		err = dmabuf_add(ctx, &names_zap, 1);
	if (!err)
		err = dmabuf_add_in_programs(ctx, &names_refault, programs);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	size_t programs = bench_param_size_bytes(ctx, "programs");
	struct dmabuf_case *c;
	uint32_t insert;
	int err = insert_by_name(ctx, bench_param(ctx, "insert"), &insert);

	if (!err)
		err = dmabuf_setup(ctx, 0, insert, &c);
	if (!err)
		err = insert_check(ctx, insert);
	if (!err)
		err = add_operations(ctx, programs);
	if (!err)
		err = dmabuf_add_programs(ctx, programs);
	if (!err)
		err = dmabuf_rehearse(ctx, round_of_calls);
	return err ? err : check_faults(ctx);
}

const struct bench bench_dmabuf_fault = {
	.name = "dmabuf/fault",
	.summary =
		"What the CPU's way to a buffer costs: faults through the exporter, and taking it "
		"from the programs again, by how page tables are filled in",
	.path = "handle_mm_fault() -> the exporter's handler -> vmf_insert_pfn() and its like; "
		"unmap_mapping_range()",
	.inside = "mmap(); a read of each page from user space, exception included; "
		  "unmap_mapping_range(); the reads again",
	.outside = "the buffer, the processes, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = dmabuf_run,
	.teardown = dmabuf_teardown,
};
