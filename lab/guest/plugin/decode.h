/* What an x86-64 instruction is, as far as counting wants to know it: from its bytes. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_DECODE_H
#define PINBENCH_LAB_GUEST_PLUGIN_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How control goes on behind it. */
enum flow {
	FLOW_NEXT, /* at the next instruction, or where a jump leads */
	FLOW_CALL,
	FLOW_RETURN,
	FLOW_SYSCALL, /* into the kernel */
	FLOW_LEAVE,   /* back from an interrupt, an exception or a system call */
};

struct insn_kind {
	enum flow flow;
	bool may_stop;	/* may fault or be done again: what comes after it is not certain */
	bool is_locked; /* lock prefix, or xchg with memory, which locks without one */
	bool is_rep;	/* a string instruction that repeats */
	bool is_branch;
	bool is_tlb_flush; /* invlpg, invpcid, mov to CR3 */
	bool is_port_io;
	bool is_clock; /* rdtsc, rdtscp */
	/* How often it reads and writes memory is known: always the same; of is_rep, each time. */
	bool has_accesses;
	uint8_t loads;
	uint8_t stores;
};

/*
 * @bytes: one whole instruction in 64-bit mode. Opcodes: Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2, appendix A. What is not known may stop, and is nothing else.
 * @address: where it is. The kernel's stack, per-CPU area and image are always there, so what the
 * kernel accesses there does not stop.
 */
struct insn_kind decode(const uint8_t *bytes, size_t size, uint64_t address);

#endif
