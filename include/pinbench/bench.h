/*
 * All that a benchmark file includes. A benchmark describes itself in a struct
 * bench; the runner calls setup once, run once per repetition, teardown once, in a
 * process of its own, and knows nothing else about it.
 */
#ifndef PINBENCH_BENCH_H
#define PINBENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_ctx;

/* What a metric is divided by; the unit is "insn/page" or "ns/page" by the evidence. */
struct bench_metric {
	const char *name;
	const char *per;  /* "page", "call" */
	const char *unit; /* instead of per, where it is neither insn nor ns: "ratio", "GB/s" */
	const char *help; /* one sentence */
	bool higher_is_better;
	/*
	 * What it moves by between two kernels that differ elsewhere, because memory is laid out in
	 * another way: a comparison takes nothing less for a change. 0: by nothing.
	 */
	double min_effect_percent;
	bool exploratory; /* not a primary metric: shown, never the ground of a verdict */
};

struct bench_param {
	const char *name;
	const char *fallback;	    /* the value when none is given */
	const char *const *allowed; /* NULL-terminated */
	const char *help;
	/*
	 * For each of allowed the machine that a guest with this value is, or NULL: the
	 * benchmark's. NULL where no value asks for one. Of several parameters the last one
	 * decides.
	 */
	const char *const *machines;
};

/* What the machine must have; otherwise the case is a skip that says so. */
enum bench_need {
	BENCH_NEEDS_MODULE = 1 << 0,   /* /dev/pinbench, of this ABI */
	BENCH_NEEDS_GUP_TEST = 1 << 1, /* /sys/kernel/debug/gup_test */
	BENCH_NEEDS_LKDTM = 1 << 2,    /* /sys/kernel/debug/provoke-crash */
};

/* Where devices are emulated: what the figures of a guest say, and what they cannot. */
struct bench_emulated {
	const char *says;	/* "instructions of the kernel's path, topology, correctness" */
	const char *cannot_say; /* "bandwidth, latency of a wire" */
};

struct bench {
	const char *name;			 /* FAMILY/NAME, as its file is called */
	const char *summary;			 /* what it measures, one sentence */
	const char *path;			 /* the kernel path */
	const char *inside;			 /* what is inside the clock */
	const char *outside;			 /* what is outside */
	const struct bench_metric *metrics;	 /* ends with a NULL name */
	const struct bench_param *const *params; /* NULL-terminated, in the order of the id */
	unsigned int needs;			 /* bits of enum bench_need */
	const char *machine; /* configs/machines/NAME.ini for a guest; NULL: plain */
	const struct bench_emulated *emulated; /* NULL: no device has a part in the figures */
	/*
	 * Where figures are exact: at most so many repetitions, for a benchmark that takes seconds
	 * to get ready for each. 0: as many as the plan says.
	 */
	int counted_repetitions;
	/*
	 * Its figures are of time alone, as those of contention are: counted runs skip it, and a
	 * profile's glob does not mean it.
	 */
	bool timed_only;
	bool hazard; /* breaks its machine on purpose: only runs when named in full */
	int (*setup)(struct bench_ctx *ctx);
	int (*run)(struct bench_ctx *ctx);
	void (*teardown)(struct bench_ctx *ctx);
	const void *data; /* the family's own */
};

/*
 * setup and run return 0, BENCH_SKIP after bench_skip(), or a negative errno after
 * bench_fail(), so that both can be used in a return statement.
 */
#define BENCH_SKIP 1
int bench_skip(struct bench_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int bench_fail(struct bench_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The benchmark's description, and the family's state, set in setup. */
const struct bench *bench_self(const struct bench_ctx *ctx);
void bench_set_state(struct bench_ctx *ctx, void *state);
void *bench_state(const struct bench_ctx *ctx);

/* A parameter's value: never NULL for a declared one. Sizes are bytes: 4k, 16m, 1g. */
const char *bench_param(const struct bench_ctx *ctx, const char *name);
bool bench_param_bool(const struct bench_ctx *ctx, const char *name);
uint64_t bench_param_size_bytes(const struct bench_ctx *ctx, const char *name);

/* One sample of a declared metric, in its unit. Several a repetition are several samples. */
void bench_sample(struct bench_ctx *ctx, const char *metric, double value);
/* Something observed that is no metric. The last one of a name stays. */
void bench_fact_number(struct bench_ctx *ctx, const char *name, double value);
void bench_fact_string(struct bench_ctx *ctx, const char *name, const char *value);
void bench_fact_null(struct bench_ctx *ctx, const char *name);
/*
 * What the kernel does in the measured call beyond its being slower or faster: where two kernels
 * differ in it, their figures are not of the same thing, and are not compared.
 */
void bench_condition(struct bench_ctx *ctx, const char *name, const char *value);
/*
 * Counted figures of this case are not the same in every run, and @why: "completes in a thread of
 * the emulator". They are shown as that, and get no verdict. Nothing where time is measured, which
 * never is exact. The last reason stays.
 */
void bench_not_deterministic(struct bench_ctx *ctx, const char *why);
/* The metric's min_effect_percent, in this case. @metric lives as long as the case. */
void bench_min_effect(struct bench_ctx *ctx, const char *metric, double percent);
/* A count that the kernel keeps, over one repetition, per "region" or per "page". */
void bench_counter(struct bench_ctx *ctx, const char *name, double value, const char *per);

/*
 * A measured region of the case: the calls that @metric is made of, an operation being a @per
 * ("page"). Its number goes to whatever brackets the calls, so that an emulator can tell regions
 * apart. The same metric has the same number; at most six of a case.
 */
int bench_region(struct bench_ctx *ctx, const char *metric, const char *per);
/* The same of what measure_calls() measures, not the module. */
int bench_region_in_user_space(struct bench_ctx *ctx, const char *metric, const char *per);
/* Its figure is what an empty call costs: what events count in one stays in it as well. */
void bench_region_keep_overhead(struct bench_ctx *ctx, int region);
/*
 * The region was measured: @calls calls took @total in all, the clock's own cost in it, which is
 * @overhead a call and no part of the figure, and did @operations operations.
 */
void bench_region_add(struct bench_ctx *ctx, int region, uint64_t calls, uint64_t total,
		      double overhead, uint64_t operations);

/* What counts events in the regions of the case: for durations of a region (bench/core/). */
struct counting;
struct counting *bench_counting(struct bench_ctx *ctx);

/* /dev/pinbench, open for this case, where the benchmark needs the module; else -1. */
int bench_module_fd(const struct bench_ctx *ctx);
/*
 * Opens it where a parameter asks for what only the module does, and the benchmark itself does not
 * need it: 0 (it may be open already), or what bench_skip() or bench_fail() gives.
 */
int bench_open_module(struct bench_ctx *ctx);
/* True where durations are instructions of a counted guest, false where they are ns. */
bool bench_is_counted(const struct bench_ctx *ctx);
/*
 * True where others use the machine at the same time, so that counts of the whole machine are not
 * of the case alone: outside of a guest that was made for it.
 */
bool bench_shares_machine(const struct bench_ctx *ctx);
/* What the clock and the dispatch add to each measured call, in the clock's unit. */
double bench_call_overhead(const struct bench_ctx *ctx);
/*
 * The device that whoever started the agent named for this role ("provider"), or NULL: then the
 * case looks for one that nobody has.
 */
const char *bench_named_device(const struct bench_ctx *ctx, const char *role);
/*
 * The CPUs that the case may use, at least one, and the number of each as the kernel has it (@i
 * beyond the last begins anew). The case's process is on the first of them, if whoever started the
 * agent named some.
 */
size_t bench_cpu_count(const struct bench_ctx *ctx);
int bench_cpu(const struct bench_ctx *ctx, size_t i);
/* A folder for files of the case, on the filesystem under test. */
const char *bench_scratch_dir(const struct bench_ctx *ctx);

#endif
