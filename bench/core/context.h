/* A case while it runs: what the runner keeps behind the opaque struct bench_ctx. */
#ifndef PINBENCH_CONTEXT_H
#define PINBENCH_CONTEXT_H

#include <jansson.h>
#include "pinbench/bench.h"
#include "pinbench/marker.h"
#include "bench/core/caseid.h"
#include "bench/core/counters/counting.h"
#include "bench/core/named.h"
#include "bench/core/place.h"

struct bench_ctx {
	const struct case_id *id;
	void *state;
	int module_fd;
	bool counted;
	bool shares_machine;
	double call_overhead;
	const char *scratch_dir;
	const struct named *named; /* NULL: none */
	const struct place *place; /* NULL: anywhere */
	struct counting counting;  /* zero: no events are counted */
	char reason[512];	   /* of a skip or a failure */
	char not_deterministic[256];
	json_t *samples; /* metric name -> list */
	json_t *counters;
	json_t *facts;
	json_t *conditions;
	json_t *topology; /* NULL: the case is between no devices */
	struct bench_min_effect {
		const char *metric; /* NULL: as the benchmark says */
		double percent;
	} min_effect;
	int region_count;
	struct bench_region {
		const char *metric;
		const char *per;
		uint64_t calls;
		uint64_t total;
		double overhead;
		uint64_t operations;
		bool keeps_overhead; /* in its figure */
		int empty;	     /* the region of empty calls that shows what the clock costs */
	} regions[PINBENCH_REGIONS]; /* those before PINBENCH_REGION_FIRST are not used */
};

/* Borrows id and scratch_dir. 0 or -ENOMEM. */
int context_init(struct bench_ctx *ctx, const struct case_id *id, bool counted,
		 const char *scratch_dir);
void context_clear(struct bench_ctx *ctx);
/* The case as a member of cases[], or NULL without memory. Ownership goes to the caller. */
json_t *context_to_json(const struct bench_ctx *ctx, const char *outcome);

#endif
