/* Client of /dev/pinbench: see module.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "pinbench/marker.h"
#include "pinbench/quantile.h"
#include "bench/core/module.h"

#define OVERHEAD_CALLS 255

int module_open(char *ret_why, size_t why_bytes)
{
	struct pinbench_info info;
	int fd = open(PINBENCH_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		int err = errno;

		snprintf(ret_why, why_bytes, "needs the pinbench module: %s: %s", PINBENCH_DEVICE,
			 strerror(err));
		return -err;
	}
	if (ioctl(fd, PINBENCH_IOC_INFO, &info) || info.abi != PINBENCH_ABI) {
		snprintf(ret_why, why_bytes,
			 "the loaded pinbench module is of another version; load the one built "
			 "with this agent");
		close(fd);
		return -EPROTO;
	}
	return fd;
}

int durations_init(struct durations *d, size_t capacity)
{
	*d = (struct durations){
		.values = calloc(capacity, sizeof(*d->values)),
		.capacity = capacity,
		.region = DURATIONS_UNMARKED,
	};
	if (!d->values)
		return -ENOMEM;
	/* Faulted in now, not while the module copies to it. */
	memset(d->values, 0xff, capacity * sizeof(*d->values));
	return 0;
}

void durations_free(struct durations *d)
{
	free(d->values);
	d->values = NULL;
}

struct pinbench_samples durations_request(const struct durations *d, bool counted)
{
	struct pinbench_samples samples = {
		.durations = (uintptr_t)d->values,
		.capacity = d->capacity,
		.clock = counted ? PINBENCH_CLOCK_CYCLES : PINBENCH_CLOCK_NS,
		.flags = (counted ? PINBENCH_SAMPLES_AVOID_TICK : 0) |
			 (d->region == DURATIONS_UNMARKED ? 0 : PINBENCH_SAMPLES_MARK),
		.region = d->region == DURATIONS_UNMARKED ? 0 : (uint32_t)d->region,
	};

	counting_request(d->counting, d->region, &samples);
	return samples;
}

void durations_take(struct durations *d, const struct pinbench_samples *samples)
{
	d->count = samples->count;
	d->ticks = samples->ticks;
	counting_note(d->counting, d->region, samples->count);
}

uint64_t durations_sum(const struct durations *d)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < d->count; i++)
		sum += d->values[i];
	return sum;
}

double durations_total(const struct durations *d, double call_overhead)
{
	double total = (double)durations_sum(d) - (double)d->count * call_overhead;

	return total > 0 ? total : 0;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double durations_quantile(struct durations *d, double p, double call_overhead)
{
	double value;

	if (!d->count)
		return 0;
	qsort(d->values, d->count, sizeof(*d->values), compare_u64);
	value = (double)d->values[pb_quantile_index(d->count, p)] - call_overhead;
	return value > 0 ? value : 0;
}

static int call_nothing(int fd, bool counted, struct durations *d)
{
	struct pinbench_null req = {
		.samples = durations_request(d, counted),
		.calls = OVERHEAD_CALLS,
	};

	if (ioctl(fd, PINBENCH_IOC_NULL, &req))
		return -errno;
	durations_take(d, &req.samples);
	return d->count == OVERHEAD_CALLS ? 0 : -EPROTO;
}

struct empty_calls {
	int fd;
	struct durations *durations;
};

/* Where time is measured: instructions are not counted by events. */
static int call_nothing_timed(void *context)
{
	const struct empty_calls *calls = context;

	return call_nothing(calls->fd, false, calls->durations);
}

int module_call_overhead(int fd, bool counted, struct counting *counting, double *ret_overhead)
{
	struct durations d;
	struct empty_calls calls = {.fd = fd, .durations = &d};
	int err;

	err = durations_init(&d, OVERHEAD_CALLS);
	if (err)
		return err;
	d.region = PINBENCH_REGION_OVERHEAD;
	d.counting = counting;
	err = counting_calibrate(counting, d.region, call_nothing_timed, &calls);
	if (!err)
		err = call_nothing(fd, counted, &d);
	if (!err)
		*ret_overhead = durations_quantile(&d, 0.5, 0);
	durations_free(&d);
	return err;
}
