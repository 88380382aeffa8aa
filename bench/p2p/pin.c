/*
 * p2p/pin: whether GUP takes memory of a device that a program has mapped, and what the answer
 * costs.
 *
 * Timed: one call of GUP for the whole of it, granted or refused.
 * Excluded: the mapping, giving pages back, the clock. FOLL_LONGTERM together with FOLL_PCI_P2PDMA
 * is not asked: the kernel answers EINVAL, and takes it for a mistake that it writes to its log.
 * Path: gup_fast_pte_range() -> try_grab_folio_fast(), which refuses and leaves it to
 * follow_page_pte() -> try_grab_folio(): EREMOTEIO without FOLL_PCI_P2PDMA
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/p2p/p2p.h"

#define PAGE_BYTES 4096ul
#define CALLS	   8

enum operations {
	PIN,
	REFUSAL,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("pin", "page"),
	OPERATION_NAMES("refusal", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("pin", "page", "getting the pages", false),
	OPERATION_METRICS("refusal", "call", "being refused them", false),
	{.name = NULL},
};

static const struct way {
	const char *name;
	uint32_t method;
	uint32_t flags;
} ways[] = {
	{"pin_fast", PINBENCH_GUP_PIN_FAST, 0},
	{"pin_fast_p2p", PINBENCH_GUP_PIN_FAST, PINBENCH_GUP_PCI_P2PDMA},
	{"pin_fast_longterm", PINBENCH_GUP_PIN_FAST, PINBENCH_GUP_LONGTERM},
	{"pin", PINBENCH_GUP_PIN, 0},
	{"pin_p2p", PINBENCH_GUP_PIN, PINBENCH_GUP_PCI_P2PDMA},
	{"pin_longterm", PINBENCH_GUP_PIN, PINBENCH_GUP_LONGTERM},
	{"get_fast", PINBENCH_GUP_GET_FAST, 0},
	{"get_fast_p2p", PINBENCH_GUP_GET_FAST, PINBENCH_GUP_PCI_P2PDMA},
};

static const struct bench_param param_way = {
	.name = "way",
	.fallback = "pin_fast_p2p",
	.allowed =
		(const char *const[]){"pin_fast", "pin_fast_p2p", "pin_fast_longterm", "pin",
				      "pin_p2p", "pin_longterm", "get_fast", "get_fast_p2p", NULL},
	.help = "pin_user_pages_fast(), pin_user_pages() or get_user_pages_fast(): without flags, "
		"with FOLL_PCI_P2PDMA, with FOLL_LONGTERM",
};

static const struct bench_param param_pages = {
	.name = "pages",
	.fallback = "512",
	.allowed = (const char *const[]){"1", "16", "512", NULL},
	.help = "that one call asks for",
};

static const struct bench_param *const params[] = {
	&p2p_param_memory, &param_way, &param_pages, &p2p_param_topology, NULL,
};

struct pin_case {
	void *memory;
	uint64_t pages;
	const struct way *way;
	bool is_granted; /* the last answer; the first is to a rehearsal */
};

static int tell(struct bench_ctx *ctx, const struct pin_case *p,
		const struct pinbench_pfnmap_gup *req)
{
	char text[64];

	if (req->error)
		snprintf(text, sizeof(text), "refused with %s", strerrorname_np((int)req->error));
	else
		snprintf(text, sizeof(text), "%s",
			 req->got == p->pages ? "granted" : "granted in part");
	bench_condition(ctx, "answer", text);
	bench_fact_string(ctx, "answer", text);
	bench_fact_number(ctx, "pages", (double)req->got);
	return 0;
}

static int ask(struct bench_ctx *ctx, struct p2p_case *c, struct pin_case *p)
{
	struct pinbench_pfnmap_gup req = {
		.addr = (uintptr_t)p->memory,
		.nr_pages = p->pages,
		.method = p->way->method,
		.flags = p->way->flags | PINBENCH_GUP_WRITE,
	};
	bool is_granted = p->is_granted;
	int err = operation_ioctl(ctx, &c->rounds.operations[is_granted ? PIN : REFUSAL],
				  PINBENCH_IOC_PFNMAP_GUP, &req, &req.samples, 1,
				  is_granted ? p->pages : 1);

	if (err == -EOPNOTSUPP)
		return bench_skip(ctx, "this kernel has no FOLL_PCI_P2PDMA: Linux 6.2 and later");
	if (err)
		return p2p_fail(ctx, "GUP", err);
	p->is_granted = !req.error && req.got == p->pages;
	return tell(ctx, p, &req);
}

static int round_of_calls(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	int err = 0;

	for (int i = 0; !err && i < CALLS; i++)
		err = ask(ctx, c, c->own);
	return err;
}

static int map_system(struct bench_ctx *ctx, struct pin_case *p)
{
	void *memory = mmap(NULL, p->pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return bench_fail(ctx, errno, "no memory");
	madvise(memory, p->pages * PAGE_BYTES, MADV_NOHUGEPAGE);
	memset(memory, 1, p->pages * PAGE_BYTES);
	p->memory = memory;
	return 0;
}

static int prepare(struct bench_ctx *ctx, struct p2p_case *c)
{
	struct pin_case *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = p;
	p->pages = (uint64_t)atoi(bench_param(ctx, "pages"));
	for (p->way = ways; strcmp(p->way->name, bench_param(ctx, "way")) != 0;)
		p->way++;
	err = c->is_system ? map_system(ctx, p)
			   : p2p_map_memory(ctx, &c->provider, p->pages * PAGE_BYTES, &p->memory);
	for (int i = PIN; !err && i <= REFUSAL; i++)
		err = rounds_add_in_module(ctx, &c->rounds, &names[i], CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_calls);
}

static int setup(struct bench_ctx *ctx)
{
	struct p2p_case *c;
	int err = p2p_setup(ctx, &c);

	return err ? err : prepare(ctx, c);
}

static void teardown(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct pin_case *p = c ? c->own : NULL;

	if (p && p->memory)
		munmap(p->memory, p->pages * PAGE_BYTES);
	p2p_teardown(ctx);
}

const struct bench bench_p2p_pin = {
	.name = "p2p/pin",
	.summary = "Whether GUP takes memory of a device that a program has mapped, and what the "
		   "answer costs",
	.path = "gup_fast_pte_range() and follow_page_pte() -> try_grab_folio()",
	.inside = "one call of GUP for all of it, granted or refused",
	.outside = "the mapping, giving pages back, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.emulated = &p2p_emulated,
	.setup = setup,
	.run = p2p_run,
	.teardown = teardown,
};
