/*
 * What the profile plugin counts, and the text that it leaves. Shared with the lab, which reads
 * it.
 *
 *   region N calls C COUNT...		the measured calls of region N; without a call graph, what
 *					they counted, an event each, in the order below
 *   node N REGION PARENT FUNCTION CALLS COUNT...	one count an event, in the order below
 *   insn REGION ADDRESS COUNT BYTES	an instruction that was executed
 *   end					nothing is missing
 *
 * Functions are the numbers of the symbols file: "START END FUNCTION KIND" a line, in
 * hexadecimal the addresses, sorted, not overlapping; KIND is a letter of enum code_kind.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_EVENTS_H
#define PINBENCH_LAB_GUEST_PLUGIN_EVENTS_H

enum event {
	EVENT_INSNS,	  /* all, REP iterations included */
	EVENT_USER_INSNS, /* of programs, without REP iterations */
	EVENT_REP_ITERATIONS,
	EVENT_LOADS,
	EVENT_STORES,
	EVENT_LOCKED,
	EVENT_BRANCHES,
	EVENT_TLB_FLUSHES,
	EVENT_IPIS,
	EVENT_MMIO,
	EVENT_PORT_IO,
	EVENT_PAGE_FAULTS,
	EVENT_INTERRUPTS,
	EVENT_L1D_MISSES,
	EVENT_LLC_MISSES,
	EVENT_DTLB_MISSES,
	EVENTS,
};
/* The last three are a model's. */
#define EVENTS_EXACT EVENT_L1D_MISSES

#define EVENT_NAMES                                                                       \
	"insns", "user_insns", "rep_iterations", "loads", "stores", "locked", "branches", \
		"tlb_flushes", "ipis", "mmio", "port_io", "page_faults", "interrupts",    \
		"l1d_misses", "llc_misses", "dtlb_misses"

/* What a function is to the call graph. */
enum code_kind {
	CODE_PLAIN = '-',
	CODE_FAULT = 'f',     /* where a page fault comes in */
	CODE_EXCEPTION = 'e', /* another exception */
	CODE_INTERRUPT = 'i',
	CODE_INTERRUPTS = 't', /* a table of entries, a vector each */
	CODE_SYSCALL = 's',
	CODE_SWITCH = 'w', /* exchanges the stacks of two tasks */
	CODE_IPI = 'p',	   /* sends an interrupt to other processors */
};

/* Instead of the number of a function. */
enum pseudo_function {
	FUNCTION_INTERRUPTS = -1,
	FUNCTION_OTHER_TASK = -2,
	FUNCTION_UNKNOWN = -3,
};

#endif
