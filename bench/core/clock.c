/* Does the cycle counter of this machine count instructions? See clock.h. */
#include <stdint.h>
#include "bench/core/clock.h"

#define LOOPS	       50000ul
#define INSNS_PER_LOOP 2.0
#define TRIES	       5

#ifdef __x86_64__
static uint64_t ticks_of_loop(void)
{
	uint64_t begin, end, loops = LOOPS;
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	begin = (uint64_t)high << 32 | low;
	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(loops) : : "cc");
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	end = (uint64_t)high << 32 | low;
	return end - begin;
}

double clock_ticks_per_insn(void)
{
	uint64_t best = UINT64_MAX;

	/* The shortest try: a timer interrupt can only make one longer. */
	for (int i = 0; i < TRIES; i++) {
		uint64_t ticks = ticks_of_loop();

		if (ticks < best)
			best = ticks;
	}
	return (double)best / (LOOPS * INSNS_PER_LOOP);
}
#else
double clock_ticks_per_insn(void)
{
	return 0;
}
#endif
