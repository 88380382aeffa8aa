/*
 * One result directory in memory: a typed view of result.json (version 1, see
 * include/pinbench/result.h), and the writer of that file.
 *
 * Every string belongs to the JSON document in pb_result.root and lives as long
 * as the pb_result. Numbers carry the unit that stands beside them.
 */
#ifndef PINBENCH_REPORTS_RESULT_H
#define PINBENCH_REPORTS_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>
#include <jansson.h>

struct pb_param {
	const char *name;
	const char *value;
};

struct pb_samples {
	double *values;
	size_t count;
};

struct pb_metric {
	const char *name;
	const char *unit;
	bool higher_is_better;
	bool primary;		   /* otherwise exploratory: shown, never judged */
	double min_effect_percent; /* 0: any effect is one */
	struct pb_samples *boots;
	size_t boot_count;
	double median; /* of the per-boot medians */
	double min;    /* of all samples */
	double max;
};

struct pb_counter {
	/* METRIC.EVENT of the emulated processor, or with timed evidence of perf; else the
	 * kernel's. METRIC has no dot. */
	const char *name;
	double value;
	const char *per;
};

struct pb_fact {
	const char *name;
	const json_t *value; /* number, string, true, false or null */
};

enum pb_outcome {
	PB_CASE_OK,
	PB_CASE_SKIP,
	PB_CASE_FAIL,
};

struct pb_case {
	const char *id;
	const char *benchmark;
	enum pb_outcome outcome;
	const char *reason; /* set unless the outcome is ok, where it may be NULL */
	struct pb_param *params;
	size_t param_count;
	struct pb_metric *metrics;
	size_t metric_count;
	struct pb_counter *counters;
	size_t counter_count;
	const json_t *conditions; /* text by name; NULL: none */
	/* Why its counted figures differ from run to run; NULL: they do not, or it is timed */
	const char *not_deterministic;
	struct pb_topology *topology; /* of reports/topology.h; NULL: it is between no devices */
	struct pb_fact *facts;
	size_t fact_count;
	const char *profile;	   /* the folder of its profile, from the result's; or NULL */
	const char *profile_error; /* why it lacks counters that were asked for, or NULL */
};

struct pb_benchmark {
	const char *name;
	const char *summary;
	const char *path;
	const char *inside;
	const char *outside;
	/* Of emulated devices: what its figures say, and what they cannot. NULL: there are none. */
	const char *emulated_says;
	const char *emulated_cannot_say;
};

struct pb_failure {
	const char *kind;
	const char *case_id; /* NULL if no case was running */
	const char *detail;
	const char *console; /* name of the file beside result.json, or NULL */
	const char **tail;   /* the last lines of the console */
	size_t tail_count;
};

struct pb_result_kernel {
	const char *spec;
	const char *release;
	const char *version; /* or NULL */
	const char *config_sha256;
	const char *text_sha256;
	const char *cmdline;  /* or NULL */
	const char *build_id; /* of a running kernel, whose text_sha256 is not known; or NULL */
	struct pb_param *options;
	size_t option_count;
};

struct pb_clock {
	const char *source; /* NULL: the result says nothing about the clock */
	double per_insn;    /* ticks of the clock per instruction; 0 if not stated */
	double overhead;    /* cost of reading the clock, in overhead_unit */
	const char *overhead_unit;
	double sample_insns; /* instructions that one sample costs; 0 if not stated */
};

struct pb_result_machine {
	const char *name;
	const char *description; /* or NULL */
	const char *sha256;	 /* or NULL */
};

/* What was counted of the emulated processor. */
struct pb_processor {
	const char **kinds; /* "exact", "profile", "model" */
	size_t kind_count;  /* 0: nothing was asked for */
	const char *model;  /* in words, or NULL */
};

/* Events of perf that were asked for, with timed evidence. */
struct pb_perf {
	const char **requested; /* names */
	size_t request_count;
	struct pb_perf_event {
		const char *name;
		const char *kind; /* "hardware", "software", "tracepoint" */
	} * counted;
	size_t counted_count; /* 0: nothing was asked for */
	struct pb_perf_gap {
		const char *name;
		const char *reason; /* why it cannot be counted there */
	} * unavailable;
	size_t unavailable_count;
};

struct pb_environment {
	const char *kind;
	bool native;	       /* the machine itself, not a guest */
	bool rounds;	       /* its lists of samples are of rounds in one boot, not of boots */
	const char *boot_id;   /* of that boot, or NULL */
	const char *replicate; /* PB_REPLICATE_ROUND, or NULL */
	const char *evidence;
	bool counted;
	size_t boots;
	const char *emulator;		/* or NULL */
	const char *accelerator;	/* of timed guests: "kvm", "tcg"; or NULL */
	const char *accelerator_reason; /* why it is not "kvm", or NULL */
	const char *cpu;
	const char *memory;
	const char *toolchain;
	const char *initramfs_sha256; /* or NULL */
	struct pb_result_kernel kernel;
	struct pb_result_machine machine;
	struct pb_clock clock;
	struct pb_processor counters;
	struct pb_hardware *hardware; /* of reports/hardware.h; NULL: nothing is said of it */
	struct pb_perf perf;
};

struct pb_tool {
	const char *version;
	const char *commit;
};

struct pb_run {
	const char *command;
	const char *profile;
	const char *started; /* ISO 8601, UTC */
	double wall_seconds;
	bool interrupted;
};

struct pb_result {
	json_t *root; /* the whole document, for keys that have no member here */
	char *file;   /* the path it was read from */
	struct pb_tool tool;
	struct pb_run run;
	struct pb_environment environment;
	struct pb_benchmark *benchmarks;
	size_t benchmark_count;
	struct pb_case *cases;
	size_t case_count;
	struct pb_failure *failures;
	size_t failure_count;
};

/*
 * Reads result.json at @path (the file, or the directory it is in). Strict: a
 * file that is truncated, of another schema, or lacks a key is -EINVAL with
 * PB_EXIT_USAGE and a message naming the file, the key and the case. The caller
 * frees *ret_result.
 */
int pb_result_load(const char *path, struct pb_result **ret_result, GError **ret_error);
void pb_result_free(struct pb_result *result);
typedef struct pb_result pb_result;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_result, pb_result_free)

/*
 * Writes @root as @dir/result.json, whole or not at all, keys in insertion
 * order. Borrows @root. A full disk is -ENOSPC with PB_EXIT_ENVIRONMENT.
 */
int pb_result_save(json_t *root, const char *dir, GError **ret_error);

/*
 * Sets the keys median, min and max of one metric object from its boots. The boot
 * is the replicate: the median is that of the per-boot medians, so a boot with
 * more samples weighs no more than another. min and max are those of all samples.
 * -EINVAL, and @metric unchanged, if boots is not a list of non-empty lists of
 * numbers.
 */
int pb_metric_summarise(json_t *metric);

/* The description of the benchmark @name, or NULL. */
const struct pb_benchmark *pb_result_benchmark(const struct pb_result *result, const char *name);

/* The case @id, or NULL. */
const struct pb_case *pb_result_case(const struct pb_result *result, const char *id);

/* The metric @name of a case that has figures, or NULL; takes NULL. */
const struct pb_metric *pb_case_metric(const struct pb_case *item, const char *name);

/* The value of the parameter @name of a case, or NULL. */
const char *pb_case_param(const struct pb_case *item, const char *name);

#endif
