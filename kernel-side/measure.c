// SPDX-License-Identifier: GPL-2.0
/* Buffers and pacing of measured calls. See measure.h. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "measure.h"

/*
 * perf keeps its file operations to itself, and does not export what takes a file for an event. An
 * anonymous inode whose name is this one is perf's: names come from the kernel's code, never from
 * programs, and the device is root's alone.
 */
static bool is_perf_event(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "[perf_event]");
}

static void put_counters(struct pinbench_measure *m)
{
	while (m->nr_counters)
		fput(m->counters[--m->nr_counters]);
}

static int get_counters(struct pinbench_measure *m, const struct pinbench_samples *samples)
{
	struct file *file;
	u32 i;

	for (i = 0; i < samples->nr_counters; i++) {
		file = fget(samples->counters[i]);
		if (!file)
			break;
		m->counters[m->nr_counters++] = file;
		if (!is_perf_event(file))
			break;
	}
	if (i == samples->nr_counters)
		return 0;
	put_counters(m);
	return file ? -EINVAL : -EBADF;
}

static bool is_counting_right(const struct pinbench_samples *samples)
{
	bool counts = samples->flags & PINBENCH_SAMPLES_COUNT;
	u32 i;

	if (samples->nr_counters > PINBENCH_MAX_COUNTERS || counts != !!samples->nr_counters)
		return false;
	for (i = samples->nr_counters; i < PINBENCH_MAX_COUNTERS; i++) {
		if (samples->counters[i])
			return false;
	}
	return true;
}

void pinbench_counters_on(struct pinbench_measure *m)
{
	u32 i;

	for (i = 0; i < m->nr_counters; i++)
		perf_event_enable(m->counters[i]->private_data);
	m->is_counting = true;
}

void pinbench_counters_off(struct pinbench_measure *m)
{
	u32 i;

	for (i = m->nr_counters; i--;)
		perf_event_disable(m->counters[i]->private_data);
	m->is_counting = false;
}

static int check_samples(const struct pinbench_samples *samples, u64 calls)
{
	const u32 flags =
		PINBENCH_SAMPLES_AVOID_TICK | PINBENCH_SAMPLES_MARK | PINBENCH_SAMPLES_COUNT;

	if (samples->clock != PINBENCH_CLOCK_NS && samples->clock != PINBENCH_CLOCK_CYCLES)
		return -EINVAL;
	if (samples->flags & ~flags || !is_counting_right(samples))
		return -EINVAL;
	if (samples->region >= (samples->flags & PINBENCH_SAMPLES_MARK ? PINBENCH_REGIONS : 1))
		return -EINVAL;
	if (!calls || calls > PINBENCH_MAX_CALLS)
		return -EINVAL;
	return samples->capacity < calls ? -ENOSPC : 0;
}

int pinbench_measure_init(struct pinbench_measure *m, const struct pinbench_samples *samples,
			  u64 calls)
{
	int err = check_samples(samples, calls);

	if (err)
		return err;
	*m = (struct pinbench_measure){
		.capacity = calls,
		.clock = samples->clock,
		.flags = samples->flags,
		.region = samples->region,
	};
	err = get_counters(m, samples);
	if (err)
		return err;
	m->durations = kvcalloc(calls, sizeof(*m->durations), GFP_KERNEL);
	if (!m->durations) {
		put_counters(m);
		return -ENOMEM;
	}
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
	if (m->is_counting)
		pinbench_counters_off(m);
	put_counters(m);
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
