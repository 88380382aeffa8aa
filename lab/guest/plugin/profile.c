/*
 * A QEMU plugin that counts what the guest executes inside the measured regions. It adds no
 * instruction to the guest: figures stay what they were.
 *
 *   -plugin pinbench-profile.so,in=SYMBOLS,out=FILE[,graph=on][,model=on]
 *
 * graph=on: by function and caller, not in all alone. model=on: with the misses of model.h.
 * For one processor under icount: there, instructions come one after the other, and an access to a
 * device is always the last instruction of its block (docs/devel/tcg-icount.rst in QEMU's
 * sources). Both files: events.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lab/guest/plugin/access.h"
#include "lab/guest/plugin/api.h"
#include "lab/guest/plugin/count.h"
#include "lab/guest/plugin/model.h"
#include "lab/guest/plugin/rare.h"
#include "lab/guest/plugin/tally.h"
#include "lab/guest/plugin/write.h"

QEMU_EXPORT int qemu_plugin_version = QEMU_API_VERSION;

/* A marker, or an instruction that reads the clock, with its place in a block. */
struct special {
	const struct block_insn *insn;
	bool is_in_tail;
	struct block *block;
	struct block *rest; /* of the block, behind it */
};

static char *out_path;
static bool has_graph, has_model;

static void at_block(unsigned int cpu, void *data)
{
	if (region_is_open)
		count_block(data);
}

static void at_special(unsigned int cpu, void *data)
{
	const struct special *s = data;

	if (!has_graph)
		tally_alone(s->insn);
	else if (s->is_in_tail)
		count_tail++;
	if (s->insn->marker)
		region_at_marker(s->insn->marker);
	else
		region_at_clock(s->block, s->rest);
}

static void at_last_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address,
			   void *data)
{
	const struct qemu_plugin_hwaddr *hwaddr = qemu_plugin_get_hwaddr(info, address);

	if (!hwaddr || !qemu_plugin_hwaddr_is_io(hwaddr))
		return;
	rare.mmio++;
	rare.any++;
}

static void at_switch_from(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address,
			   void *data)
{
	if (region_is_open)
		graph_switch_from(address);
}

static void at_switch_to(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	if (region_is_open)
		graph_switch_to(address);
}

static void at_tlb_flush(unsigned int cpu, void *data)
{
	model_flush_tlb();
}

/*
 * __switch_to_asm() keeps one task's stack pointer by mov %rsp, DISP(%rdi) and takes the
 * other's by mov DISP(%rsi), %rsp (arch/x86/entry/entry_64.S). The address is the task's name.
 */
static void watch_switch(struct qemu_plugin_insn *insn, const struct block_insn *b)
{
	bool is_move = b->size >= 4 && b->bytes[0] == 0x48 && (b->bytes[2] >> 6) % 3 != 0;

	if (is_move && b->bytes[1] == 0x89 && (b->bytes[2] & 0x3f) == 0x27)
		qemu_plugin_register_vcpu_mem_cb(insn, at_switch_from, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
	if (is_move && b->bytes[1] == 0x8b && (b->bytes[2] & 0x3f) == 0x26)
		qemu_plugin_register_vcpu_mem_cb(insn, at_switch_to, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
}

static void watch_special(struct qemu_plugin_insn *insn, struct block *block, uint32_t index)
{
	struct special *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->insn = &block->insns[index];
	s->is_in_tail = index >= block->head;
	s->block = block;
	s->rest = block_rest(block, index);
	qemu_plugin_register_vcpu_insn_exec_cb(insn, at_special, QEMU_PLUGIN_CB_NO_REGS, s);
}

/*
 * An access to a device is the last thing that a block does. Without a call graph, which costs more
 * anyhow, a string instruction that repeats is looked at only as it starts: it counts once.
 */
static bool may_be_device_access(const struct block *block, uint32_t index)
{
	const struct insn_kind *kind = &block->insns[index].kind;

	if (!kind->may_stop || kind->is_branch || index + 1 != block->count)
		return false;
	return has_graph || !kind->is_rep || block->count > 1;
}

static void watch_insn(struct qemu_plugin_insn *insn, struct block *block, uint32_t index)
{
	const struct block_insn *b = &block->insns[index];

	if (b->marker || b->kind.is_clock)
		watch_special(insn, block, index);
	if (!b->kind.has_accesses && !(b->address >> 63))
		access_watch(insn);
	if (may_be_device_access(block, index))
		qemu_plugin_register_vcpu_mem_cb(insn, at_last_access, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
	if (has_model && !(b->kind.has_accesses && !b->kind.loads && !b->kind.stores))
		qemu_plugin_register_vcpu_mem_cb(insn, model_access, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
	if (has_model && b->kind.is_tlb_flush)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_tlb_flush, QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
	if (has_graph && symbols_find(b->address)->kind == CODE_SWITCH)
		watch_switch(insn, b);
}

static void watch_graph(struct qemu_plugin_tb *tb, struct block *block)
{
	uint32_t count;

	for (uint32_t i = block->head; i < block->count; i += count) {
		count = block_certain(block, i);
		if (!block->insns[i].is_alone)
			qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i),
								   QEMU_PLUGIN_INLINE_ADD_U64,
								   &count_tail, count);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, at_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

static void at_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = block_new(tb);

	for (uint32_t i = 0; i < block->count; i++)
		watch_insn(qemu_plugin_tb_get_insn(tb, i), block, i);
	if (has_graph)
		watch_graph(tb, block);
	else
		tally_block(tb, block);
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
	write_profile(out_path, has_graph, has_model);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *symbols = NULL;

	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "in=", 3))
			symbols = argv[i] + 3;
		else if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
		else if (!strcmp(argv[i], "graph=on"))
			has_graph = true;
		else if (!strcmp(argv[i], "model=on"))
			has_model = true;
	}
	if (!symbols || !out_path || symbols_read(symbols))
		return -1;
	region_init(has_graph ? &count_counter : &tally_counter);
	qemu_plugin_register_vcpu_tb_trans_cb(id, at_translation);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
