/* Family pfnmap, the shared part: see pfnmap.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/memory/insert.h"
#include "bench/pfnmap/pfnmap.h"

const struct bench_param pfnmap_param_mapping = {
	.name = "mapping",
	.fallback = "pfn",
	.allowed = (const char *const[]){"anon", "pfn", "batch", "pmd", "mixed", "page", "returned",
					 "remap", NULL},
	.help = "anonymous memory; or a dma-buf, by how its exporter fills in page tables: by "
		"vmf_insert_pfn(), the same for all of it at once, vmf_insert_pfn_pmd(), "
		"vmf_insert_mixed(), vm_insert_page(), by returning the page, or by "
		"remap_pfn_range() in mmap()",
};

const struct bench_param pfnmap_param_present = {
	.name = "present",
	.fallback = "1",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: the page tables are filled in before",
};

static int map_anon(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	c->buffer.bytes = bench_param_size_bytes(ctx, "size");
	c->buffer.pages = c->buffer.bytes / EXPORTED_PAGE_BYTES;
	c->addr = mmap(NULL, c->buffer.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	if (c->addr == MAP_FAILED) {
		c->addr = NULL;
		return bench_fail(ctx, ENOMEM, "no memory");
	}
	madvise(c->addr, c->buffer.bytes, MADV_NOHUGEPAGE);
	if (bench_param_bool(ctx, "present"))
		memset(c->addr, 1, c->buffer.bytes);
	return 0;
}

static int map_exported(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	uint32_t insert;
	int err = insert_by_name(ctx, bench_param(ctx, "mapping"), &insert);

	if (!err)
		err = insert_check(ctx, insert);
	if (!err)
		err = exported_make(ctx, 0, insert, &c->buffer);
	if (err)
		return err;
	err = exported_prepare(&c->buffer);
	if (err)
		return bench_skip(ctx, "the kernel refuses such a mapping of a dma-buf: mmap(): %s",
				  strerror(-err));
	c->addr = c->buffer.map;
	if (bench_param_bool(ctx, "present"))
		exported_touch(&c->buffer);
	return 0;
}

int pfnmap_setup(struct bench_ctx *ctx, struct pfnmap_case **ret_case)
{
	struct pfnmap_case *c = calloc(1, sizeof(*c));

	*ret_case = c;
	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->buffer.fd = -1;
	bench_set_state(ctx, c);
	c->is_anon = !strcmp(bench_param(ctx, "mapping"), "anon");
	return c->is_anon ? map_anon(ctx, c) : map_exported(ctx, c);
}

/* What an attempt has filled in is taken away again. */
static int empty(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err;

	if (bench_param_bool(ctx, "present"))
		return 0;
	if (c->is_anon)
		return madvise(c->addr, c->buffer.bytes, MADV_DONTNEED)
			       ? bench_fail(ctx, errno, "madvise: %s", strerror(errno))
			       : 0;
	err = exported_unmap(&c->buffer);
	if (!err)
		err = exported_map(&c->buffer);
	if (!err && c->buffer.insert == PINBENCH_INSERT_PMD)
		err = exported_advise(&c->buffer);
	return err ? bench_fail(ctx, err, "mapping it anew: %s", strerror(-err)) : 0;
}

static int round_on_empty(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err = empty(ctx);

	return err ? err : c->round(ctx);
}

int pfnmap_rehearse(struct bench_ctx *ctx, rounds_round round)
{
	struct pfnmap_case *c = bench_state(ctx);

	c->round = round;
	return rounds_rehearse(ctx, &c->rounds, round_on_empty);
}

int pfnmap_run(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);

	return rounds_measure(ctx, &c->rounds);
}

void pfnmap_teardown(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);

	if (!c)
		return;
	if (c->is_anon && c->addr)
		munmap(c->addr, c->buffer.bytes);
	exported_drop(&c->buffer);
	rounds_free(&c->rounds);
	free(c);
}
