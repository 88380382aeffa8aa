/* Counting without a call graph: see tally.h. */
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

/* What translated code adds to. */
struct running {
	uint64_t kernel, user; /* instructions below, branches above */
	uint64_t accesses;     /* loads below, stores above */
	uint64_t locked, tlb_flushes, port_io;
	uint64_t page_faults, interrupts, ipis;
	uint64_t rep_iterations, user_rep; /* of all, and of programs */
};

static struct running now, mark;
static struct rare_counts rare_mark;
static uint64_t sums[EVENTS], at_last_clock[EVENTS]; /* since the region was opened */
static uint64_t regions[PINBENCH_REGIONS][EVENTS];

static uint64_t rep_address, rep_flow;

static uint64_t *flow_of(uint64_t address)
{
	return address >> 63 ? &now.kernel : &now.user;
}

static void fold_rare(void)
{
	sums[EVENT_LOADS] += rare.loads - rare_mark.loads;
	sums[EVENT_STORES] += rare.stores - rare_mark.stores;
	sums[EVENT_MMIO] += rare.mmio - rare_mark.mmio;
	sums[EVENT_L1D_MISSES] += rare.l1d - rare_mark.l1d;
	sums[EVENT_LLC_MISSES] += rare.llc - rare_mark.llc;
	sums[EVENT_DTLB_MISSES] += rare.dtlb - rare_mark.dtlb;
	rare_mark = rare;
}

static void fold(void)
{
	uint64_t kernel = now.kernel - mark.kernel, user = now.user - mark.user;
	uint64_t accesses = now.accesses - mark.accesses;

	sums[EVENT_INSNS] += (kernel & LOW_MASK) + (user & LOW_MASK);
	sums[EVENT_USER_INSNS] += (user & LOW_MASK) - (now.user_rep - mark.user_rep);
	sums[EVENT_BRANCHES] += (kernel >> HIGH_SHIFT) + (user >> HIGH_SHIFT);
	sums[EVENT_LOADS] += accesses & LOW_MASK;
	sums[EVENT_STORES] += accesses >> HIGH_SHIFT;
	sums[EVENT_LOCKED] += now.locked - mark.locked;
	sums[EVENT_TLB_FLUSHES] += now.tlb_flushes - mark.tlb_flushes;
	sums[EVENT_PORT_IO] += now.port_io - mark.port_io;
	sums[EVENT_PAGE_FAULTS] += now.page_faults - mark.page_faults;
	sums[EVENT_INTERRUPTS] += now.interrupts - mark.interrupts;
	sums[EVENT_IPIS] += now.ipis - mark.ipis;
	sums[EVENT_REP_ITERATIONS] += now.rep_iterations - mark.rep_iterations;
	mark = now;
	if (rare.any != rare_mark.any)
		fold_rare();
}

static void open(int region, const struct block *block, struct block *rest)
{
	mark = now;
	rare_mark = rare;
	memset(sums, 0, sizeof(sums));
	memset(at_last_clock, 0, sizeof(at_last_clock));
}

static void at_clock(struct block *rest)
{
	fold();
	memcpy(at_last_clock, sums, sizeof(sums));
}

static void close(int region)
{
	for (int i = 0; i < EVENTS; i++)
		regions[region][i] += at_last_clock[i];
}

const struct region_counter tally_counter = {.open = open, .clock = at_clock, .close = close};

static void at_interrupt(unsigned int cpu, void *data)
{
	now.interrupts++;
	if (region_is_open)
		fold();
}

static void add(struct qemu_plugin_insn *insn, uint64_t *number, uint64_t addend)
{
	if (addend)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, number,
							   addend);
}

static void count_stretch(struct qemu_plugin_insn *insn, const struct block_insn *insns,
			  uint32_t count)
{
	uint64_t branches = 0, accesses = 0;

	for (uint32_t i = 0; i < count; i++) {
		branches += insns[i].kind.is_branch;
		accesses += insns[i].kind.loads + ((uint64_t)insns[i].kind.stores << HIGH_SHIFT);
	}
	add(insn, flow_of(insns->address), count + (branches << HIGH_SHIFT));
	add(insn, &now.accesses, accesses);
}

static void count_single(struct qemu_plugin_insn *insn, const struct insn_kind *kind)
{
	add(insn, &now.locked, kind->is_locked);
	add(insn, &now.tlb_flushes, kind->is_tlb_flush);
	add(insn, &now.port_io, kind->is_port_io);
}

static void count_entry(struct qemu_plugin_insn *insn, const struct block *block)
{
	bool is_start = block->address == block->symbol->start;

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

void tally_block(const struct qemu_plugin_tb *tb, const struct block *block)
{
	uint32_t count;

	for (uint32_t i = 0; i < block->count; i += count) {
		count = block_certain(block, i);
		if (!block->insns[i].is_alone)
			count_stretch(qemu_plugin_tb_get_insn(tb, i), &block->insns[i], count);
	}
	for (uint32_t i = 0; i < block->count; i++)
		count_single(qemu_plugin_tb_get_insn(tb, i), &block->insns[i].kind);
	count_entry(qemu_plugin_tb_get_insn(tb, 0), block);
}

/* A string instruction came back to itself if nothing was executed in between. */
static void count_rep(uint64_t address)
{
	uint64_t flow = *flow_of(address);

	if (rep_address == address && flow == rep_flow + 1) {
		now.rep_iterations++;
		now.user_rep += !(address >> 63);
	}
	rep_address = address;
	rep_flow = flow;
}

void tally_alone(const struct block_insn *insn)
{
	++*flow_of(insn->address);
	if (insn->kind.is_rep)
		count_rep(insn->address);
}

const uint64_t *tally_counts(int number)
{
	return regions[number];
}
