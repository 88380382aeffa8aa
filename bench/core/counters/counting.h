/*
 * Counting in the measured regions of a case. Each region has events of its own, that are on in
 * its calls alone, so that regions that alternate do not get each other's counts. What the
 * brackets themselves count is that of the region of empty calls.
 */
#ifndef PINBENCH_COUNTERS_COUNTING_H
#define PINBENCH_COUNTERS_COUNTING_H

#include "pinbench/marker.h"
#include "pinbench/uapi.h"
#include "bench/core/counters/counters.h"

/* Of one region, of all processes and threads that measured it. */
struct counting_total {
	size_t groups;
	uint64_t calls;				/* that were counted */
	uint64_t calls_of[COUNTER_GROUPS_MOST]; /* in the turns of that group */
	uint64_t values[COUNTERS_MOST];
	uint64_t enabled[COUNTER_GROUPS_MOST]; /* ns */
	uint64_t running[COUNTER_GROUPS_MOST]; /* ns */
	size_t group_of[COUNTERS_MOST];
	int errors[COUNTERS_MOST]; /* of opening, or reading: then the count is none */
	/* Of empty calls, by counting_calibrate(): for one; below 0: it could not be counted. */
	double each[COUNTERS_MOST];
};

/* Below this share of calls and time, a group's counts are no ground for what all of it would give.
 */
#define COUNTING_LEAST_PERCENT 20.0

struct counting {
	const struct counters *counters; /* NULL: nothing is counted, which is what zero is */
	struct counting_total *totals;	 /* by region; shared with those that have joined */
	bool owns_totals;
	struct counting_region {
		bool is_open;
		struct counter_set set;
		struct counter_reading last[COUNTER_GROUPS_MOST];
	} regions[PINBENCH_REGIONS];
};

/* @counters, which may be NULL, is borrowed. 0 or -ENOMEM. */
int counting_init(struct counting *ret_counting, const struct counters *counters);
/* For another thread, or a child: events of its own, which are added up with those of @first. */
void counting_join(struct counting *ret_counting, const struct counting *first);
void counting_clear(struct counting *counting);

/*
 * The events of a region that this thread is about to measure, open, and the turn of those groups
 * that are to be on in the next call; or NULL where nothing is counted. @counting may be NULL.
 * Outside of any measured call.
 */
const struct counter_set *counting_set(struct counting *counting, int region);
/* The same as part of a request to the module, whose calls are all of one turn. */
void counting_request(struct counting *counting, int region, struct pinbench_samples *samples);
/* So many calls of the region were made with its events on, those of the turn. */
void counting_note(struct counting *counting, int region, uint64_t calls);
/*
 * What events count in a call of nothing, of the region @region: some batches of calls are made by
 * @batch, which notes them, and for each event the median batch stands for all, so that a call that
 * was interrupted does not. Nothing at all is done where nothing is counted. 0, or what @batch
 * returned.
 */
int counting_calibrate(struct counting *counting, int region, int (*batch)(void *context),
		       void *context);
/* Adds what this thread's events have counted since the last time to the totals. */
void counting_fold(struct counting *counting);

/*
 * What an event's count would have been in all calls, had its group been on in each and counted all
 * of the time. -EAGAIN: it did not in COUNTING_LEAST_PERCENT of both.
 */
int counting_scale(const struct counting_total *total, size_t event, double *ret_value);
/* In that much of the calls and of the time a group counted; 100 where there was none. */
double counting_percent(const struct counting_total *total, size_t group);

#endif
