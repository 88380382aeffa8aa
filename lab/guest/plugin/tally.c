/* Counting without a call graph: see tally.h. */
#include <stdbool.h>
#include <string.h>
#include "lab/guest/plugin/rare.h"
#include "lab/guest/plugin/tally.h"
#include "pinbench/marker.h"

/*
 * Two counts share a number, since each addition takes time, and so that what is added fits into
 * 32 bits, for that takes less. They are exact as long as neither outgrows its part before
 * fold() is called: at each end of a region and each interrupt, and a timer's comes every
 * ten million instructions.
 */
#define HIGH_SHIFT 28
#define LOW_MASK   ((1ull << HIGH_SHIFT) - 1)

/* Accesses of string instructions that repeat: one or two of them are an iteration. */
struct rep_counts {
	uint64_t stores; /* stos, ins */
	uint64_t loads;	 /* lods, scas, outs */
	uint64_t moves;	 /* movs: one of each */
	uint64_t pairs;	 /* cmps: two loads */
};

/* What translated code adds to. */
struct running {
	uint64_t kernel, user; /* instructions below, branches above */
	uint64_t accesses;     /* loads below, stores above */
	uint64_t locked, tlb_flushes, port_io;
	uint64_t page_faults, interrupts, ipis;
	struct rep_counts rep[2]; /* of the kernel, and of programs */
};

/* What was counted until some moment. */
struct reading {
	struct running running;
	struct rare_counts rare;
};

static struct running now;
static uint64_t regions[PINBENCH_REGIONS][EVENTS];

/*
 * Of the region that is open: what was counted before @from, and the clock was read last at @last.
 * After an interrupt @from is later than that, and what was counted until then is in @saved.
 */
static struct reading from, last;
static uint64_t pending[EVENTS], saved[EVENTS];
static bool has_pending, has_saved;

static uint64_t *flow_of(uint64_t address)
{
	return address >> 63 ? &now.kernel : &now.user;
}

static void add_rare(uint64_t sums[EVENTS], const struct rare_counts *a,
		     const struct rare_counts *b)
{
	sums[EVENT_LOADS] += b->loads - a->loads;
	sums[EVENT_STORES] += b->stores - a->stores;
	sums[EVENT_MMIO] += b->mmio - a->mmio;
	sums[EVENT_L1D_MISSES] += b->l1d - a->l1d;
	sums[EVENT_LLC_MISSES] += b->llc - a->llc;
	sums[EVENT_DTLB_MISSES] += b->dtlb - a->dtlb;
}

/* Adds iterations and accesses, and returns the iterations. */
static uint64_t add_rep(uint64_t sums[EVENTS], const struct rep_counts *a,
			const struct rep_counts *b)
{
	uint64_t stores = b->stores - a->stores, loads = b->loads - a->loads;
	uint64_t moves = (b->moves - a->moves) / 2, pairs = (b->pairs - a->pairs) / 2;

	sums[EVENT_LOADS] += loads + moves + 2 * pairs;
	sums[EVENT_STORES] += stores + moves;
	sums[EVENT_REP_ITERATIONS] += stores + loads + moves + pairs;
	return stores + loads + moves + pairs;
}

static void add_running(uint64_t sums[EVENTS], const struct running *a, const struct running *b)
{
	uint64_t kernel = b->kernel - a->kernel, user = b->user - a->user;
	uint64_t accesses = b->accesses - a->accesses;

	sums[EVENT_INSNS] += (kernel & LOW_MASK) + (user & LOW_MASK);
	sums[EVENT_USER_INSNS] += (user & LOW_MASK) - add_rep(sums, &a->rep[1], &b->rep[1]);
	sums[EVENT_BRANCHES] += (kernel >> HIGH_SHIFT) + (user >> HIGH_SHIFT);
	sums[EVENT_LOADS] += accesses & LOW_MASK;
	sums[EVENT_STORES] += accesses >> HIGH_SHIFT;
	sums[EVENT_LOCKED] += b->locked - a->locked;
	sums[EVENT_TLB_FLUSHES] += b->tlb_flushes - a->tlb_flushes;
	sums[EVENT_PORT_IO] += b->port_io - a->port_io;
	sums[EVENT_PAGE_FAULTS] += b->page_faults - a->page_faults;
	sums[EVENT_INTERRUPTS] += b->interrupts - a->interrupts;
	sums[EVENT_IPIS] += b->ipis - a->ipis;
	add_rep(sums, &a->rep[0], &b->rep[0]);
}

static void add_between(uint64_t sums[EVENTS], const struct reading *a, const struct reading *b)
{
	add_running(sums, &a->running, &b->running);
	if (a->rare.any != b->rare.any)
		add_rare(sums, &a->rare, &b->rare);
}

static void add_sums(uint64_t sums[EVENTS], const uint64_t more[EVENTS])
{
	for (int i = 0; i < EVENTS; i++)
		sums[i] += more[i];
}

static void take(struct reading *ret)
{
	ret->running = now;
	ret->rare = rare;
}

static void open(int region, const struct block *block, struct block *rest)
{
	take(&from);
	last = from;
	if (has_pending)
		memset(pending, 0, sizeof(pending));
	has_pending = has_saved = false;
}

static void at_clock(struct block *rest)
{
	take(&last);
	has_saved = false;
}

static void close(int region)
{
	if (has_saved) {
		add_sums(regions[region], saved);
		return;
	}
	if (has_pending)
		add_sums(regions[region], pending);
	add_between(regions[region], &from, &last);
}

/* Before a number outgrows its part. */
static void fold(void)
{
	struct reading at_interrupt;

	if (!has_saved) {
		memcpy(saved, pending, sizeof(saved));
		add_between(saved, &from, &last);
		has_saved = true;
	}
	take(&at_interrupt);
	add_between(pending, &from, &at_interrupt);
	has_pending = true;
	from = at_interrupt;
}

const struct region_counter tally_counter = {.open = open, .clock = at_clock, .close = close};

static void at_interrupt(unsigned int cpu, void *data)
{
	if (region_is_open)
		fold();
	now.interrupts++;
}

static void add(struct qemu_plugin_insn *insn, uint64_t *number, uint64_t addend)
{
	if (addend)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, number,
							   addend);
}

/*
 * An instruction that accesses memory may fault, and is then done again: it is counted when it has
 * been done, with what comes behind it in its block, or by its access. Not so one that repeats: its
 * last time it accesses nothing. If it faults it is counted once too often, and the lab takes
 * that off, for the guest's clock tells.
 */
static bool is_counted_after(const struct block *block, uint32_t index)
{
	const struct block_insn *insn = &block->insns[index];

	return insn->kind.may_stop && !insn->is_alone && !insn->kind.is_rep;
}

static bool is_counted_by_next(const struct block *block, uint32_t index)
{
	return index + 1 < block->count && !block->insns[index + 1].is_alone &&
	       !block_is_doubtful(block, index + 1);
}

static bool is_counted_by_access(const struct block *block, uint32_t index)
{
	const struct insn_kind *kind = &block->insns[index].kind;

	return is_counted_after(block, index) && !is_counted_by_next(block, index) &&
	       kind->has_accesses && kind->loads + kind->stores && !kind->is_branch;
}

static uint64_t flow_addend(const struct block_insn *insn)
{
	return 1 + ((uint64_t)insn->kind.is_branch << HIGH_SHIFT);
}

static uint64_t access_addend(const struct block_insn *insn)
{
	if (insn->kind.is_rep)
		return 0;
	return insn->kind.loads + ((uint64_t)insn->kind.stores << HIGH_SHIFT);
}

/*
 * Behind the last instruction of a block, QEMU 7.2 may call back for what it reads and writes
 * itself to deliver an interrupt. What it does for a device's sake, it begins anew where nothing
 * but accesses is told: never begun, as far as we know.
 */
static void at_done(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	struct block_insn *insn = data;

	/* What reads and writes is done when it has written. */
	if (insn->kind.stores && !qemu_plugin_mem_is_store(info))
		return;
	if (insn->begun && insn->counted == insn->begun)
		return;
	insn->counted = insn->begun;
	*flow_of(insn->address) += flow_addend(insn);
	now.accesses += access_addend(insn);
}

/* What is added at the instruction @index: what was done before it, and what runs for certain. */
static uint32_t count_stretch(const struct qemu_plugin_tb *tb, const struct block *block,
			      uint32_t index)
{
	uint64_t flow = 0, accesses = 0;
	uint32_t i = index;

	if (index && is_counted_after(block, index - 1) && is_counted_by_next(block, index - 1)) {
		flow += flow_addend(&block->insns[index - 1]);
		accesses += access_addend(&block->insns[index - 1]);
	}
	for (; i < block->count; i++) {
		bool is_new = block->insns[i].is_alone || block_is_doubtful(block, i);
		bool waits = is_counted_after(block, i) &&
			     (is_counted_by_next(block, i) || is_counted_by_access(block, i));

		if (i > index && is_new)
			break;
		if (!waits) {
			flow += flow_addend(&block->insns[i]);
			accesses += access_addend(&block->insns[i]);
		}
		if (block->insns[i].kind.may_stop) {
			i++;
			break;
		}
	}
	add(qemu_plugin_tb_get_insn(tb, index), flow_of(block->address), flow);
	add(qemu_plugin_tb_get_insn(tb, index), &now.accesses, accesses);
	return i - index;
}

static void count_single(struct qemu_plugin_insn *insn, const struct insn_kind *kind)
{
	add(insn, &now.locked, kind->is_locked);
	add(insn, &now.tlb_flushes, kind->is_tlb_flush);
	add(insn, &now.port_io, kind->is_port_io);
}

static void count_entry(struct qemu_plugin_insn *insn, const struct block *block)
{
	bool is_start = block_is_entry(block);

	switch (block->symbol->kind) {
	case CODE_FAULT:
		add(insn, &now.page_faults, is_start);
		break;
	case CODE_INTERRUPT:
	case CODE_INTERRUPTS:
		if (is_start || block->symbol->kind == CODE_INTERRUPTS)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_interrupt,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		break;
	case CODE_IPI:
		add(insn, &now.ipis, is_start);
		break;
	default:
		break;
	}
}

static uint64_t *rep_counter(const struct block_insn *insn)
{
	bool is_user = !(insn->address >> 63);

	if (insn->kind.stores)
		return insn->kind.loads ? &now.rep[is_user].moves : &now.rep[is_user].stores;
	return insn->kind.loads == 2 ? &now.rep[is_user].pairs : &now.rep[is_user].loads;
}

void tally_block(const struct qemu_plugin_tb *tb, const struct block *block)
{
	for (uint32_t i = 0; i < block->count;)
		i += block->insns[i].is_alone ? 1 : count_stretch(tb, block, i);
	for (uint32_t i = 0; i < block->count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		count_single(insn, &block->insns[i].kind);
		if (block->insns[i].kind.is_rep)
			qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW,
							     QEMU_PLUGIN_INLINE_ADD_U64,
							     rep_counter(&block->insns[i]), 1);
		if (is_counted_by_access(block, i)) {
			add(insn, &block->insns[i].begun, 1);
			qemu_plugin_register_vcpu_mem_cb(insn, at_done, QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW, &block->insns[i]);
		}
	}
	count_entry(qemu_plugin_tb_get_insn(tb, 0), block);
}

void tally_alone(const struct block_insn *insn)
{
	++*flow_of(insn->address);
}

const uint64_t *tally_counts(int number)
{
	return regions[number];
}
