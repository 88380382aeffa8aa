/* Runs a plan: each case in a process of its own, each result written when it is there. */
#ifndef PINBENCH_RUNNER_H
#define PINBENCH_RUNNER_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>
#include "bench/core/named.h"

struct runner {
	FILE *out; /* events, one JSON object a line: include/pinbench/result.h */
	const char *scratch_dir;
	struct named named;    /* devices that cases are to use */
	const cpu_set_t *cpus; /* that timed cases may use; NULL: all that this process may */
	bool counted;
	int repetitions;
};

/*
 * plan: {"evidence":"counted|timed","repetitions":N,"cases":[ID,...]}.
 * 0, or -EINVAL with the reason in ret_why if the plan itself is wrong; what goes
 * wrong in a case is that case's outcome.
 */
int runner_run(struct runner *runner, const json_t *plan, char *ret_why, size_t why_bytes);

#endif
