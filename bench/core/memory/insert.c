/* Ways to fill in page tables: see insert.h. */
#include <errno.h>
#include <string.h>
#include "bench/core/memory/insert.h"

#define PAGE_BYTES 4096ul
#define PMD_BYTES  (2ul << 20)

/* In the order of enum pinbench_insert. */
static const char *const names[] = {
	"pfn", "batch", "pmd", "mixed", "page", "returned", "remap", NULL,
};

const struct bench_param insert_param = {
	.name = "insert",
	.fallback = "pfn",
	.allowed = names,
	.help = "pfn: vmf_insert_pfn() on each fault; batch: all of it on the first fault; pmd: "
		"vmf_insert_pfn_pmd(); mixed: vmf_insert_mixed(); page: vm_insert_page(); "
		"returned: "
		"the handler returns the page; remap: remap_pfn_range() in mmap()",
};

int insert_by_name(struct bench_ctx *ctx, const char *name, uint32_t *ret_insert)
{
	for (uint32_t i = 0; names[i]; i++) {
		if (!strcmp(names[i], name)) {
			*ret_insert = i;
			return 0;
		}
	}
	return bench_fail(ctx, EINVAL, "no page table is filled in by '%s'", name);
}

int insert_check(struct bench_ctx *ctx, uint32_t insert)
{
	uint64_t bytes = bench_param_size_bytes(ctx, "size");
	uint64_t segment = bench_param_size_bytes(ctx, "segment");

	if (!segment)
		segment = bytes;
	if (insert == PINBENCH_INSERT_PMD && (segment < PMD_BYTES || bytes < PMD_BYTES))
		return bench_skip(ctx,
				  "a PMD maps 2 MiB of contiguous memory: see segment and size");
	return 0;
}

uint64_t insert_faults(uint32_t insert, uint64_t bytes)
{
	if (insert == PINBENCH_INSERT_REMAP)
		return 0;
	if (insert == PINBENCH_INSERT_BATCH)
		return 1;
	return bytes / (insert == PINBENCH_INSERT_PMD ? PMD_BYTES : PAGE_BYTES);
}
