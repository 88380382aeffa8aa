/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Where the measured region begins and ends, for an emulator that looks at instructions as it
 * translates them. On the processor a marker is a seven-byte nop with a number in it: it lies
 * outside the two readings of the clock, so no figure contains it.
 */
#ifndef PINBENCH_MARKER_H
#define PINBENCH_MARKER_H

#define PINBENCH_MARKER_BEGIN 0x50494e42
#define PINBENCH_MARKER_END   0x50494e45
/* Which region the calls after it belong to: this and the number of it. */
#define PINBENCH_MARKER_REGION 0x50494e60
#define PINBENCH_REGIONS       8
/* Empty calls: what the clock and the dispatch cost, in the module and in user space. */
#define PINBENCH_REGION_OVERHEAD      0
#define PINBENCH_REGION_USER_OVERHEAD 1
#define PINBENCH_REGION_FIRST	      2

/*
 * The same for a profiler that takes samples of stacks: functions that are never inlined. What is
 * below one of the first two is measured, unless it is below one of the others: preparing a case
 * rehearses its calls.
 */
#define PINBENCH_SYMBOL_MEASURE	 "measure_one"	  /* the agent's, around a call from user space */
#define PINBENCH_SYMBOL_IOCTL	 "pinbench_ioctl" /* the module's, around all that it measures */
#define PINBENCH_SYMBOL_PREPARE	 "prepare_case"
#define PINBENCH_SYMBOL_CLEAN_UP "clean_up_case"

/* nopl NUMBER(%rax) is these bytes and the number, little-endian. */
#define PINBENCH_MARKER_OPCODE_0 0x0f
#define PINBENCH_MARKER_OPCODE_1 0x1f
#define PINBENCH_MARKER_OPCODE_2 0x80
#define PINBENCH_MARKER_BYTES	 7

#ifdef __x86_64__
#define PINBENCH_MARK(number)                                                            \
	__asm__ volatile(".byte %c0, %c1, %c2\n\t.long %c3"                              \
			 :                                                               \
			 : "i"(PINBENCH_MARKER_OPCODE_0), "i"(PINBENCH_MARKER_OPCODE_1), \
			   "i"(PINBENCH_MARKER_OPCODE_2), "i"(number))
#else
#define PINBENCH_MARK(number) ((void)0)
#endif

/* A marker's number is part of its instruction: one instruction for each region. */
static inline void pinbench_mark_region(unsigned int region)
{
	switch (region) {
	case 0:
		PINBENCH_MARK(PINBENCH_MARKER_REGION);
		break;
	case 1:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 1);
		break;
	case 2:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 2);
		break;
	case 3:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 3);
		break;
	case 4:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 4);
		break;
	case 5:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 5);
		break;
	case 6:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 6);
		break;
	default:
		PINBENCH_MARK(PINBENCH_MARKER_REGION + 7);
		break;
	}
}

#endif
