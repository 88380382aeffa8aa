/* Client of /dev/pinbench: opening it, and the durations that it hands back. */
#ifndef PINBENCH_MODULE_H
#define PINBENCH_MODULE_H

#include <stdint.h>
#include <sys/types.h>
#include "pinbench/bench.h"
#include "pinbench/uapi.h"
#include "bench/core/counters/counting.h"

/* Of no region: what durations_init() makes. */
#define DURATIONS_UNMARKED (-1)

/* Durations of the calls of one ioctl, in the clock's unit: instructions or ns. */
struct durations {
	uint64_t *values;
	size_t capacity;
	size_t count;
	uint32_t ticks; /* timer ticks that fell into calls */
	/* By the caller, of bench_region(): a figure is made of them, so the emulator may look. */
	int region;
	/* By the caller, borrowed: what counts events in the calls of that region, or NULL. */
	struct counting *counting;
};

/* An open file, or -errno with the reason in ret_why. */
int module_open(char *ret_why, size_t why_bytes);

int durations_init(struct durations *d, size_t capacity);
void durations_free(struct durations *d);
/* The request for an ioctl, and what came back of it. */
struct pinbench_samples durations_request(const struct durations *d, bool counted);
void durations_take(struct durations *d, const struct pinbench_samples *samples);
/* Sum over all calls, each with what the clock costs. */
uint64_t durations_sum(const struct durations *d);
/* Sum over all calls without the overhead of each; never below zero. */
double durations_total(const struct durations *d, double call_overhead);
/* Nearest-rank quantile of the single calls, without the overhead. Sorts values. */
double durations_quantile(struct durations *d, double p, double call_overhead);

/*
 * What one measured call of nothing costs: the median of many; and what events count in it, if
 * @counting is not NULL. 0 or -errno.
 */
int module_call_overhead(int fd, bool counted, struct counting *counting, double *ret_overhead);

#endif
