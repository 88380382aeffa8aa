/* Measuring from user space: see measure.h. */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include "pinbench/marker.h"
#include "bench/core/measure.h"

#define OVERHEAD_CALLS 255
#define NS_PER_SECOND  1000000000ull

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* The fence keeps earlier instructions out, as the kernel's rdtsc_ordered() does. */
static inline uint64_t read_clock(bool counted)
{
#ifdef __x86_64__
	if (counted) {
		uint32_t low, high;

		__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
		return (uint64_t)high << 32 | low;
	}
#endif
	return now_ns();
}

/* Half a tick of the kernel's slowest timer: 100 Hz. */
#define HALF_TICK_NS 5000000ull

/* A sleep ends right after a tick: calls shorter than half of one then never meet one. */
static void keep_away_from_tick(uint64_t *last_ns)
{
	struct timespec short_time = {.tv_nsec = 1000000};

	if (*last_ns && now_ns() - *last_ns < HALF_TICK_NS)
		return;
	nanosleep(&short_time, NULL);
	*last_ns = now_ns();
}

/* PINBENCH_SYMBOL_MEASURE: a frame of its own in the stacks of a profiler. */
static int __attribute__((noinline))
measure_one(const struct durations *d, const struct counter_set *set, bool counted,
	    measured_call call, void *context, uint64_t *ret_duration)
{
	bool marked = d->region != DURATIONS_UNMARKED;
	uint64_t begin, end;
	int err;

	if (set)
		counter_set_on(set);
	if (marked)
		PINBENCH_MARK(PINBENCH_MARKER_BEGIN);
	begin = read_clock(counted);
	err = call(context);
	end = read_clock(counted);
	if (marked)
		PINBENCH_MARK(PINBENCH_MARKER_END);
	if (set)
		counter_set_off(set);
	*ret_duration = end - begin;
	return err;
}

int measure_call(struct durations *d, bool counted, uint64_t *last_ns, measured_call call,
		 void *context)
{
	const struct counter_set *set = counting_set(d->counting, d->region);
	int err;

	if (d->count >= d->capacity)
		return -ENOSPC;
	if (counted)
		keep_away_from_tick(last_ns);
	if (d->region != DURATIONS_UNMARKED)
		pinbench_mark_region((unsigned int)d->region);
	err = measure_one(d, set, counted, call, context, &d->values[d->count]);
	counting_note(d->counting, d->region, 1);
	if (!err)
		d->count++;
	return err;
}

int measure_calls(struct durations *d, bool counted, size_t calls, measured_call call,
		  void *context)
{
	uint64_t last_ns = 0;
	int err = 0;

	d->count = 0;
	while (!err && d->count < calls)
		err = measure_call(d, counted, &last_ns, call, context);
	return err;
}

static int __attribute__((noinline)) nothing(void *context)
{
	return 0;
}

/* Where time is measured: instructions are not counted by events. */
static int measure_nothing(void *durations)
{
	return measure_calls(durations, false, OVERHEAD_CALLS, nothing, NULL);
}

int measure_overhead(bool counted, struct counting *counting, double *ret_overhead)
{
	struct durations d;
	int err = durations_init(&d, OVERHEAD_CALLS);

	if (err)
		return err;
	d.region = PINBENCH_REGION_USER_OVERHEAD;
	d.counting = counting;
	err = counting_calibrate(counting, d.region, measure_nothing, &d);
	if (!err)
		err = measure_calls(&d, counted, OVERHEAD_CALLS, nothing, NULL);
	if (!err)
		*ret_overhead = durations_quantile(&d, 0.5, 0);
	durations_free(&d);
	return err;
}
