/*
 * Events of the calling thread, opened in groups: those of a group count in the same time, so that
 * ratios of them are of the same calls. Software events and tracepoints are one group; events of
 * the processor as few as its counters allow, in the order given.
 */
#ifndef PINBENCH_COUNTERS_GROUP_H
#define PINBENCH_COUNTERS_GROUP_H

#include <stdbool.h>
#include "pinbench/uapi.h"
#include "bench/core/counters/event.h"

#define COUNTERS_MOST	    48
#define COUNTER_GROUPS_MOST PINBENCH_MAX_COUNTERS

struct counter_set {
	size_t groups;
	int leader[COUNTER_GROUPS_MOST]; /* file descriptors */
	size_t always;			 /* the first so many are on in every call */
	size_t turns;			 /* that there have been */
	size_t turn;			 /* whose turn it is of the others */
	size_t count;			 /* of events, in the order of the list */
	struct counter_place {
		int fd;	   /* -1: not open */
		int error; /* then, or 0 */
		size_t group;
	} at[COUNTERS_MOST];
};

/* What a group has counted since it was opened; the two times are in ns. */
struct counter_reading {
	uint64_t enabled;
	uint64_t running;
	uint64_t values[COUNTERS_MOST]; /* by place in the list */
};

/*
 * Opens what can be opened of @count events, disabled. It always succeeds: what could not be has
 * its error, -errno. A set that is zeroed or closed may be closed.
 */
void counter_set_open(const struct counter_event *events, size_t count,
		      struct counter_set *ret_set);
void counter_set_close(struct counter_set *set);

/*
 * Groups of events of the processor take turns, one a call: the kernel would let them take turns
 * by time, in milliseconds, and what it scales short calls to by that is off by some percent.
 * Whose turn it is changes from one call of this to the next so that each call of any short
 * pattern of calls meets each group.
 */
void counter_set_next(struct counter_set *set);
/* Is the group on in this turn? */
bool counter_set_has(const struct counter_set *set, size_t group);

/* The groups of this turn on, the first first, and off, the last first: so the same lie inside. */
void counter_set_on(const struct counter_set *set);
void counter_set_off(const struct counter_set *set);

/* One group's counts. 0 or -errno. */
int counter_set_read(const struct counter_set *set, size_t group,
		     struct counter_reading *ret_reading);

/*
 * What a count would have been, had its group counted all the time: @value times @enabled over
 * @running. -EAGAIN: it counted less than @least_percent of it, which is no ground for that.
 */
int counter_scale(uint64_t value, uint64_t enabled, uint64_t running, double least_percent,
		  double *ret_value);

#endif
