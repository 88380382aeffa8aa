/* Does the cycle counter of this machine count instructions? */
#ifndef PINBENCH_CLOCK_H
#define PINBENCH_CLOCK_H

/*
 * Ticks of the cycle counter per instruction of a loop of known length: 1 in a
 * counted guest, something else anywhere else. 0 where there is no such counter.
 */
double clock_ticks_per_insn(void);

#endif
