/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The measured region. Every family measures a call between pinbench_begin() and
 * pinbench_end(), so this is the one place that knows where a region starts and
 * ends, that marks it for the emulator, and that lets perf events count in it. What the two cost
 * themselves is measured by the null family and subtracted in user space; nothing is computed here.
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

struct file;

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
	struct file *counters[PINBENCH_MAX_COUNTERS]; /* references */
	u32 nr_counters;
	bool is_counting;
	bool counts_lock; /* between pinbench_before_lock() and pinbench_after_lock() */
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

/* The caller's perf events, on and off. They take a mutex: nowhere under a spinlock. */
void pinbench_counters_on(struct pinbench_measure *m);
void pinbench_counters_off(struct pinbench_measure *m);
/*
 * Around a lock under which a region begins and ends, and which perf's own mutex must not be taken
 * under: perf copies to user space, so may take mmap_lock, with that mutex held, and mmap_lock is
 * taken before a reservation lock. Events count from before the lock until it has been given
 * back, then; what the clock shows is the region alone.
 */
static inline void pinbench_before_lock(struct pinbench_measure *m)
{
	m->counts_lock = true;
	if (m->flags & PINBENCH_SAMPLES_COUNT)
		pinbench_counters_on(m);
}

static inline void pinbench_after_lock(struct pinbench_measure *m)
{
	if (m->flags & PINBENCH_SAMPLES_COUNT)
		pinbench_counters_off(m);
	m->counts_lock = false;
}

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
	if (m->flags & PINBENCH_SAMPLES_COUNT && !m->counts_lock)
		pinbench_counters_on(m);
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
	if (m->flags & PINBENCH_SAMPLES_COUNT && !m->counts_lock)
		pinbench_counters_off(m);
}

#endif
