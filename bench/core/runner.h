/* Runs a plan: each case in a process of its own, each result written when it is there. */
#ifndef PINBENCH_RUNNER_H
#define PINBENCH_RUNNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>
#include "bench/core/caseid.h"
#include "bench/core/counters/counters.h"
#include "bench/core/limits.h"
#include "bench/core/named.h"
#include "bench/core/place.h"

struct runner {
	FILE *out; /* events, one JSON object a line: include/pinbench/result.h; NULL: none */
	const char *scratch_dir;
	struct named named; /* devices that cases are to use */
	struct limits limits;
	struct place place;
	bool counted;
	bool shares_machine; /* with others, who pin, allocate and complain, too */
	int repetitions;
	bool counts_events; /* the plan has "counters" */
	struct counters counters;
	FILE *copy; /* of runner_case() */
};

/* Set by a signal: no other case is begun, and the one that runs is ended. */
extern volatile sig_atomic_t runner_interrupted;

/*
 * plan: {"evidence":"counted|timed","repetitions":N,"cases":[ID,...]}, and optionally "place" and
 * "limits" as place.h and limits.h have them; with timed evidence perhaps "counters":[EVENT,...],
 * names of events to be counted in the measured calls; "shares_machine":true where others pin and
 * allocate meanwhile, so that what they did is no fault of a case.
 * 0, or -EINVAL with the reason in ret_why if the plan itself is wrong; what goes
 * wrong in a case is that case's outcome.
 */
int runner_run(struct runner *runner, const json_t *plan, char *ret_why, size_t why_bytes);

/* The same in parts, for who wants the cases themselves: all of the plan but its cases, */
int runner_prepare(struct runner *runner, const json_t *plan, char *ret_why, size_t why_bytes);
/* case ids (to be freed; as many as @cases has), */
int runner_ids(const json_t *cases, struct case_id **ret_ids, char *ret_why, size_t why_bytes);
/* what the agent says of its machine, */
json_t *runner_environment(const struct runner *runner);
/*
 * and one case: a member of cases[] with a single sample list a metric, whatever happened to it.
 * NULL if there is nowhere to write it to. Events as ever. Both belong to the caller.
 */
json_t *runner_case(struct runner *runner, const struct case_id *id);

#endif
