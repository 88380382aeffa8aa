/*
 * pfnmap/kvm: what it costs KVM to map the pages of a memory slot for its guest, by
 * how they are mapped in the process, and to be told that the process has lost them.
 *
 * Timed: KVM_PRE_FAULT_MEMORY of the whole slot; taking the mapping from the process,
 * which KVM has mapped, and the same without KVM.
 * Excluded: making the machine, its vCPU and its slot, a new one each time; the
 * mapping; the clock.
 * Path: kvm_tdp_map_page() -> kvm_mmu_faultin_pfn() -> hva_to_pfn() -> GUP or
 * hva_to_pfn_remapped(); kvm_tdp_mmu_map(). And
 * kvm_mmu_notifier_invalidate_range_start()
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench/pfnmap/pfnmap.h"
#include "bench/pfnmap/vm.h"

enum operations {
	MAP,
	REFUSAL,
	UNMAP,
	UNMAP_ALONE,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("map", "page"),
	OPERATION_NAMES("refusal", "call"),
	OPERATION_NAMES("unmap", "page"),
	OPERATION_NAMES("unmap_alone", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("map", "page", "KVM maps the slot's pages for the guest", false),
	OPERATION_METRICS("refusal", "call", "KVM maps less than the whole slot", false),
	OPERATION_METRICS("unmap", "page", "unmapping it, of which KVM is told", false),
	OPERATION_METRICS("unmap_alone", "page", "unmapping it where no KVM has it", true),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&pfnmap_param_mapping,
	&exported_param_size,
	&exported_param_segment,
	&pfnmap_param_present,
	NULL,
};

struct kvm_case {
	struct vm vm;
	struct pfnmap_answer answer;
};

static int ask(void *kvm_case)
{
	struct kvm_case *k = kvm_case;
	uint64_t bytes;

	k->answer.error = vm_map(&k->vm, &bytes);
	k->answer.pages = bytes / EXPORTED_PAGE_BYTES;
	return 0;
}

/* What it says that it did is what it has. */
static int expect_mapped(struct bench_ctx *ctx, const struct kvm_case *k, uint64_t pages)
{
	struct vm_entries entries;
	int err = vm_entries(ctx, &k->vm, &entries);

	if (err)
		return err;
	if (vm_entries_bytes(&entries) != pages * EXPORTED_PAGE_BYTES)
		return bench_fail(ctx, EPROTO, "KVM has %llu bytes mapped, not %llu pages",
				  (unsigned long long)vm_entries_bytes(&entries),
				  (unsigned long long)pages);
	if (!pages)
		return 0;
	bench_fact_number(ctx, "entries_4k", (double)entries.of_4k);
	bench_fact_number(ctx, "entries_2m", (double)entries.of_2m);
	return 0;
}

static int unmap(struct bench_ctx *ctx, enum operations which)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err =
		operation_call(ctx, &c->rounds.operations[which], pfnmap_unmap, c, c->buffer.pages);

	return err ? bench_fail(ctx, err, "unmapping it: %s", strerror(-err)) : 0;
}

/* What unmapping costs the process itself, with as much mapped. */
static int unmap_alone(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	int err = pfnmap_map_again(ctx, c);

	if (err)
		return err;
	pfnmap_touch(ctx, c);
	err = unmap(ctx, UNMAP_ALONE);
	if (!err)
		err = pfnmap_map_again(ctx, c);
	if (!err && bench_param_bool(ctx, "present"))
		pfnmap_touch(ctx, c);
	return err;
}

static int map_and_unmap(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct kvm_case *k = c->own;
	int err = pfnmap_ask(ctx, ask, k, &k->answer);

	if (!err)
		err = expect_mapped(ctx, k, k->answer.pages);
	if (err || !pfnmap_is_granted(ctx))
		return err;
	err = unmap(ctx, UNMAP);
	return err ? err : expect_mapped(ctx, k, 0);
}

/*
 * A machine of its own each time: one whose slot was deleted and made again would, on
 * 6.12, wait without end for page tables that it is to drop before the guest runs
 * next, which it never does.
 */
static int once(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct kvm_case *k = c->own;
	int err = vm_make(ctx, &k->vm, c->addr, c->buffer.bytes);

	if (!err)
		err = map_and_unmap(ctx);
	vm_drop(&k->vm);
	if (err || !pfnmap_is_granted(ctx))
		return err;
	return unmap_alone(ctx);
}

static int get_ready(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	struct kvm_case *k = calloc(1, sizeof(*k));
	int err;

	c->own = k;
	if (!k)
		return bench_fail(ctx, ENOMEM, "no memory");
	err = vm_open(ctx, &k->vm);
	for (int i = MAP; !err && i <= UNMAP_ALONE; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], PFNMAP_ASKED, NULL);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct pfnmap_case *c;
	int err = pfnmap_setup(ctx, &c);

	if (!err)
		err = get_ready(ctx, c);
	return err ? err : pfnmap_rehearse(ctx, once, PFNMAP_ASKED);
}

static void teardown(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct kvm_case *k = c ? c->own : NULL;

	if (k)
		vm_close(&k->vm);
	pfnmap_teardown(ctx);
}

const struct bench bench_pfnmap_kvm = {
	.name = "pfnmap/kvm",
	.summary = "What mapping a memory slot for a guest costs KVM, and losing it again, by how "
		   "it is mapped",
	.path = "KVM_PRE_FAULT_MEMORY -> kvm_tdp_map_page() -> hva_to_pfn(), kvm_tdp_mmu_map(); "
		"mmap() over it -> kvm_mmu_notifier_invalidate_range_start()",
	.inside = "KVM_PRE_FAULT_MEMORY of the whole slot; unmapping it in the process, with KVM "
		  "and without",
	.outside = "making the machine, a new one each time; the mapping; the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = pfnmap_run,
	.teardown = teardown,
};
