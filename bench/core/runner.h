/* Runs a plan: each case in a process of its own, each result written when it is there. */
#ifndef PINBENCH_RUNNER_H
#define PINBENCH_RUNNER_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>
#include "bench/core/counters/counters.h"
#include "bench/core/named.h"

struct runner {
	FILE *out; /* events, one JSON object a line: include/pinbench/result.h */
	const char *scratch_dir;
	struct named named; /* devices that cases are to use */
	bool counted;
	int repetitions;
	bool counts_events; /* the plan has "counters" */
	struct counters counters;
};

/*
 * plan: {"evidence":"counted|timed","repetitions":N,"cases":[ID,...]}, and with timed evidence
 * perhaps "counters":[EVENT,...], names of events to be counted in the measured calls.
 * 0, or -EINVAL with the reason in ret_why if the plan itself is wrong; what goes
 * wrong in a case is that case's outcome.
 */
int runner_run(struct runner *runner, const json_t *plan, char *ret_why, size_t why_bytes);

#endif
