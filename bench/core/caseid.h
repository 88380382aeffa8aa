/*
 * A case: a benchmark with a value for each of its parameters, and the id that
 * names it: "gup/pin_fast[backing=anon,page=4k]". In a written id every parameter
 * stands in the benchmark's order; a read one may leave some to their defaults.
 */
#ifndef PINBENCH_CASEID_H
#define PINBENCH_CASEID_H

#include "pinbench/bench.h"

#define CASE_MAX_PARAMS	  12
#define CASE_MAX_ID_BYTES 512

struct case_id {
	const struct bench *bench;
	const char *values[CASE_MAX_PARAMS]; /* allowed values, in the benchmark's order */
	char text[CASE_MAX_ID_BYTES];
};

/* -ENOENT: no such benchmark; -EINVAL: bad parameter. ret_why says what is wrong. */
int case_id_parse(const char *text, struct case_id *ret_id, char *ret_why, size_t why_bytes);

/* The benchmarks, NULL-terminated, generated from the list in bench/meson.build. */
extern const struct bench *const bench_table[];
const struct bench *bench_find(const char *name);

#endif
