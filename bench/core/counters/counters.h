/* The events that a plan asks for, and which of them this machine can count. */
#ifndef PINBENCH_COUNTERS_COUNTERS_H
#define PINBENCH_COUNTERS_COUNTERS_H

#include <jansson.h>
#include "bench/core/counters/group.h"

struct counters {
	size_t count;
	struct counter_event events[COUNTERS_MOST]; /* that can be opened here */
	json_t *requested;			    /* names */
	json_t *unavailable;			    /* of {"name","reason"} */
};

/*
 * Of a list of names; software events that cost nothing are added. Events of the processor are two
 * each, of user space and of the kernel. -EINVAL, with the reason in ret_why: it is no list of
 * names, or nobody knows one of them. What is known and cannot be counted here is no error. To be
 * freed in any case; a zeroed one may be.
 */
int counters_read(const json_t *names, struct counters *ret_counters, char *ret_why,
		  size_t why_bytes);
void counters_free(struct counters *counters);

/* {"requested","counted","unavailable"}: environment.perf of a result. The caller's. */
json_t *counters_to_json(const struct counters *counters);

#endif
