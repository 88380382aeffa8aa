// SPDX-License-Identifier: GPL-2.0
/* Buffers and pacing of measured calls. See measure.h. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "measure.h"

int pinbench_measure_init(struct pinbench_measure *m, const struct pinbench_samples *samples,
			  u64 calls)
{
	if (samples->clock != PINBENCH_CLOCK_NS && samples->clock != PINBENCH_CLOCK_CYCLES)
		return -EINVAL;
	if (samples->flags & ~(PINBENCH_SAMPLES_AVOID_TICK | PINBENCH_SAMPLES_MARK))
		return -EINVAL;
	if (samples->region >= (samples->flags & PINBENCH_SAMPLES_MARK ? PINBENCH_REGIONS : 1))
		return -EINVAL;
	if (!calls || calls > PINBENCH_MAX_CALLS)
		return -EINVAL;
	if (samples->capacity < calls)
		return -ENOSPC;

	*m = (struct pinbench_measure){
		.capacity = calls,
		.clock = samples->clock,
		.flags = samples->flags,
		.region = samples->region,
	};
	m->durations = kvcalloc(calls, sizeof(*m->durations), GFP_KERNEL);
	if (!m->durations)
		return -ENOMEM;
	pinbench_measure_select(m);
	return 0;
}

void pinbench_measure_select(const struct pinbench_measure *m)
{
	if (m->flags & PINBENCH_SAMPLES_MARK)
		pinbench_mark_region(m->region);
}

int pinbench_measure_copy(const struct pinbench_measure *m, struct pinbench_samples *samples)
{
	if (copy_to_user(u64_to_user_ptr(samples->durations), m->durations,
			 array_size(m->count, sizeof(*m->durations))))
		return -EFAULT;
	samples->count = m->count;
	samples->ticks = m->ticks;
	return 0;
}

void pinbench_measure_free(struct pinbench_measure *m)
{
	kvfree(m->durations);
	m->durations = NULL;
}

/*
 * A timer interrupt inside a call would be billed to it. With a periodic tick a
 * sleep of one jiffy ends right after a tick; calls shorter than half a tick then
 * never meet one. Longer calls do, and ticks says how often.
 */
void pinbench_measure_pause(struct pinbench_measure *m)
{
	u64 now;

	if (!(m->flags & PINBENCH_SAMPLES_AVOID_TICK)) {
		cond_resched();
		return;
	}
	now = ktime_get_raw_ns();
	if (m->count && now - m->aligned_ns < TICK_NSEC / 2)
		return;
	schedule_timeout_uninterruptible(1);
	m->aligned_ns = ktime_get_raw_ns();
}
