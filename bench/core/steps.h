/* Instructions counted one by one, where no counter of the processor does it. */
#ifndef PINBENCH_STEPS_H
#define PINBENCH_STEPS_H

/*
 * How many instructions user space executes for one sample of a call of nothing, the clock's
 * readings, the call and the keeping of it: a process that measures some is stepped through, as a
 * debugger does it (ptrace(2), PTRACE_SINGLESTEP). The kernel's instructions, of which there are
 * none unless the clock is a system call, are not counted. 0, or -errno where nobody may be stepped
 * through.
 */
int steps_of_sample(double *ret_insns);

#endif
