/* Loads and stores: see access.h. */
#include "lab/guest/plugin/access.h"
#include "lab/guest/plugin/rare.h"

/*
 * QEMU 7.2 has a filter for reads and writes that is off by one: both are asked for. And it may
 * call back for what it writes itself to deliver an interrupt, which is in the kernel's memory.
 */
static void at_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	if (address >> 63)
		return;
	rare.any++;
	if (qemu_plugin_mem_is_store(info))
		rare.stores++;
	else
		rare.loads++;
}

void access_watch(struct qemu_plugin_insn *insn)
{
	qemu_plugin_register_vcpu_mem_cb(insn, at_access, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, NULL);
}
