/* Family pfnmap, the shared part: see pfnmap.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/memory/insert.h"
#include "bench/core/pageflags.h"
#include "bench/pfnmap/pfnmap.h"

#define PMD_BYTES (2ul << 20)

const struct bench_param pfnmap_param_mapping = {
	.name = "mapping",
	.fallback = "pfn",
	.allowed = (const char *const[]){"anon", "thp", "pfn", "batch", "pmd", "mixed", "page",
					 "returned", "remap", NULL},
	.help = "anonymous memory, or that of huge pages; or a dma-buf, by how its exporter fills "
		"in page tables: by vmf_insert_pfn(), the same for all of it at once, "
		"vmf_insert_pfn_pmd(), vmf_insert_mixed(), vm_insert_page(), by returning the "
		"page, or by remap_pfn_range() in mmap()",
};

const struct bench_param pfnmap_param_present = {
	.name = "present",
	.fallback = "1",
	.allowed = (const char *const[]){"0", "1", NULL},
	.help = "1: the page tables are filled in before",
};

static enum pfnmap_kind kind_of(const char *mapping)
{
	if (!strcmp(mapping, "anon"))
		return PFNMAP_ANON;
	return strcmp(mapping, "thp") ? PFNMAP_EXPORTED : PFNMAP_THP;
}

static bool is_anon(const struct pfnmap_case *c)
{
	return c->kind != PFNMAP_EXPORTED;
}

static int map_anon_again(const struct pfnmap_case *c)
{
	bool huge = c->kind == PFNMAP_THP;
	void *map = mmap(c->buffer.map, c->buffer.bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (map == MAP_FAILED)
		return -errno;
	/* A kernel without huge pages has none to forbid. */
	if (madvise(map, c->buffer.bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		return huge || errno != EINVAL ? -errno : 0;
	return 0;
}

/* Memory that is not as it was asked for would make a figure of something else. */
static int check_huge(struct bench_ctx *ctx, const struct pfnmap_case *c)
{
	struct page_survey survey;
	int err = page_survey_take(c->addr, c->buffer.bytes, &survey);

	if (err)
		return bench_fail(ctx, err, "the kernel does not say what the memory is: %s",
				  strerror(-err));
	if (survey.resident != c->buffer.pages || survey.smallest_folio < PMD_BYTES)
		return bench_skip(ctx, "the kernel gave no huge pages");
	return 0;
}

static int map_anon(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	int err;

	c->buffer.bytes = bench_param_size_bytes(ctx, "size");
	c->buffer.pages = c->buffer.bytes / EXPORTED_PAGE_BYTES;
	if (c->kind == PFNMAP_THP && c->buffer.bytes < PMD_BYTES)
		return bench_skip(ctx, "a huge page has 2 MiB: see size");
	err = exported_reserve(&c->buffer);
	if (!err)
		err = map_anon_again(c);
	if (err)
		return bench_fail(ctx, err, "no memory: %s", strerror(-err));
	c->addr = c->buffer.map;
	if (!bench_param_bool(ctx, "present"))
		return 0;
	pfnmap_touch(ctx, c);
	return c->kind == PFNMAP_THP ? check_huge(ctx, c) : 0;
}

static int map_buffer(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	int err = exported_prepare(&c->buffer);

	if (err)
		return bench_skip(ctx, "the kernel refuses such a mapping of a dma-buf: mmap(): %s",
				  strerror(-err));
	c->addr = c->buffer.map;
	if (bench_param_bool(ctx, "present"))
		exported_touch(&c->buffer);
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
	return err ? err : map_buffer(ctx, c);
}

static int begin(struct bench_ctx *ctx, struct pfnmap_case **ret_case)
{
	struct pfnmap_case *c = calloc(1, sizeof(*c));

	*ret_case = c;
	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->buffer.fd = -1;
	bench_set_state(ctx, c);
	return 0;
}

int pfnmap_setup_of(struct bench_ctx *ctx, const struct exported *buffer,
		    struct pfnmap_case **ret_case)
{
	int err = begin(ctx, ret_case);

	if (err)
		return err;
	(*ret_case)->kind = PFNMAP_EXPORTED;
	(*ret_case)->buffer = *buffer;
	return map_buffer(ctx, *ret_case);
}

int pfnmap_setup(struct bench_ctx *ctx, struct pfnmap_case **ret_case)
{
	int err = begin(ctx, ret_case);
	struct pfnmap_case *c = *ret_case;

	if (err)
		return err;
	c->kind = kind_of(bench_param(ctx, "mapping"));
	return is_anon(c) ? map_anon(ctx, c) : map_exported(ctx, c);
}

bool pfnmap_is_granted(const struct bench_ctx *ctx)
{
	const struct pfnmap_case *c = bench_state(ctx);

	return !c->answer.error && c->answer.pages == c->buffer.pages;
}

void pfnmap_tell(struct bench_ctx *ctx, const struct pfnmap_answer *answer)
{
	const struct pfnmap_case *c = bench_state(ctx);
	char text[64];

	if (answer->error)
		snprintf(text, sizeof(text), "%s %s",
			 answer->pages ? "granted in part, then refused with" : "refused with",
			 strerrorname_np(answer->error));
	else if (!answer->pages)
		snprintf(text, sizeof(text), "granted nothing");
	else if (answer->pages < c->buffer.pages)
		snprintf(text, sizeof(text), "granted in part");
	else
		snprintf(text, sizeof(text), "granted");
	bench_condition(ctx, "answer", text);
	bench_fact_number(ctx, "pages", (double)answer->pages);
	bench_fact_string(ctx, "answer", text);
}

int pfnmap_ask(struct bench_ctx *ctx, measured_call ask, void *context,
	       const struct pfnmap_answer *answer)
{
	struct pfnmap_case *c = bench_state(ctx);
	bool granted = pfnmap_is_granted(ctx);
	int err = operation_call(ctx, &c->rounds.operations[granted ? 0 : 1], ask, context,
				 granted ? c->buffer.pages : 1);
	if (err)
		return bench_fail(ctx, err, "the kernel cannot be asked: %s", strerror(-err));
	if (c->is_answered &&
	    (answer->error != c->answer.error || answer->pages != c->answer.pages))
		return bench_fail(
			ctx, EPROTO,
			"of the same mapping the kernel gave %llu pages, error %d, and then "
			"%llu, error %d",
			(unsigned long long)c->answer.pages, c->answer.error,
			(unsigned long long)answer->pages, answer->error);
	c->is_answered = true;
	c->answer = *answer;
	pfnmap_tell(ctx, answer);
	return 0;
}

int pfnmap_unmap(void *pfnmap_case)
{
	struct pfnmap_case *c = pfnmap_case;

	return exported_unmap(&c->buffer);
}

int pfnmap_map_again(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	int err = is_anon(c) ? map_anon_again(c) : exported_map(&c->buffer);

	if (!err && !is_anon(c) && c->buffer.insert == PINBENCH_INSERT_PMD)
		err = exported_advise(&c->buffer);
	return err ? bench_fail(ctx, err, "mapping it anew: %s", strerror(-err)) : 0;
}

void pfnmap_touch(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	/* Reading anonymous memory that was never written to would map the zero page. */
	if (is_anon(c) && bench_param_bool(ctx, "present"))
		memset(c->addr, 1, c->buffer.bytes);
	else
		exported_touch(&c->buffer);
}

/* What an attempt has filled in is taken away again. */
static int empty(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err;

	if (bench_param_bool(ctx, "present"))
		return 0;
	if (is_anon(c))
		return madvise(c->addr, c->buffer.bytes, MADV_DONTNEED)
			       ? bench_fail(ctx, errno, "madvise: %s", strerror(errno))
			       : 0;
	err = pfnmap_unmap(c);
	return err ? bench_fail(ctx, err, "unmapping it: %s", strerror(-err))
		   : pfnmap_map_again(ctx, c);
}

static int round_on_empty(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err = 0;

	for (unsigned int i = 0; !err && i < c->times; i++) {
		err = empty(ctx);
		if (!err)
			err = c->once(ctx);
	}
	return err;
}

int pfnmap_rehearse(struct bench_ctx *ctx, rounds_round once, unsigned int times)
{
	struct pfnmap_case *c = bench_state(ctx);

	c->once = once;
	c->times = times;
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
	exported_drop(&c->buffer);
	rounds_free(&c->rounds);
	free(c->own);
	free(c);
}
