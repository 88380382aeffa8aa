/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The measured region. Every family measures a call between pinbench_begin() and
 * pinbench_end(), so this is the one place that knows where a region starts and
 * ends, and that marks it for the emulator. What the two cost themselves is measured by the null
 * family and subtracted in user space; nothing is computed here.
 */
#ifndef PINBENCH_MEASURE_H
#define PINBENCH_MEASURE_H

#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>
#ifdef CONFIG_X86
#include <asm/tsc.h>
#endif
#include "pinbench/marker.h"
#include "pinbench/uapi.h"

struct pinbench_measure {
	u64 *durations;
	u32 capacity;
	u32 count;
	u32 clock;
	u32 flags;
	u32 region;
	u32 ticks;
	unsigned long begin_jiffies;
	u64 aligned_ns;
};

/* Allocates room for calls samples; -ENOSPC if the caller's array cannot take them. */
int pinbench_measure_init(struct pinbench_measure *m, const struct pinbench_samples *samples,
			  u64 calls);
/* Copies the samples to the caller and says how many there were. */
int pinbench_measure_copy(const struct pinbench_measure *m, struct pinbench_samples *samples);
void pinbench_measure_free(struct pinbench_measure *m);
/* Where an ioctl measures two things in turns: the next calls are of this one. */
void pinbench_measure_select(const struct pinbench_measure *m);
/* Between two calls, never inside one: lets others run, and waits for a tick if wanted. */
void pinbench_measure_pause(struct pinbench_measure *m);

static __always_inline u64 pinbench_clock(u32 clock)
{
	if (clock == PINBENCH_CLOCK_NS)
		return ktime_get_raw_ns();
#ifdef CONFIG_X86
	return rdtsc_ordered();
#else
	return get_cycles();
#endif
}

static __always_inline u64 pinbench_begin(struct pinbench_measure *m)
{
	m->begin_jiffies = jiffies;
	if (m->flags & PINBENCH_SAMPLES_MARK)
		PINBENCH_MARK(PINBENCH_MARKER_BEGIN);
	return pinbench_clock(m->clock);
}

static __always_inline void pinbench_end(struct pinbench_measure *m, u64 begin)
{
	u64 end = pinbench_clock(m->clock);

	if (m->flags & PINBENCH_SAMPLES_MARK)
		PINBENCH_MARK(PINBENCH_MARKER_END);
	m->durations[m->count++] = end - begin;
	m->ticks += jiffies - m->begin_jiffies;
}

#endif
