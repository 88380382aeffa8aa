/* The result document of a session: docs/result-format.md. */
#ifndef PINBENCH_BENCH_SESSION_DOCUMENT_H
#define PINBENCH_BENCH_SESSION_DOCUMENT_H

#include "bench/core/session/floor.h"

struct document_inputs {
	const struct runner *runner;
	const json_t *plan;
	const struct case_id *ids;
	size_t count;
	json_t *const *rounds; /* of case i the first is at i * round_count; NULL: not run */
	size_t round_count;
	size_t rounds_done;	    /* that every case finished */
	const json_t *round_starts; /* as many strings as rounds were begun */
	const struct floor *floor;
	const json_t *environment; /* runner_environment() */
	double sample_insns;	   /* of steps.h; 0: not known */
	double wall_seconds;
	const char *started; /* ISO 8601, UTC */
};

/*
 * Writes DIRECTORY/result.json, whole or not at all. 0, or -errno of what kept it from being
 * written. A case that no round finished is a failure that says so: none is just not there.
 */
int document_write(const struct document_inputs *in, const char *directory);

#endif
