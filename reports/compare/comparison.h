/*
 * Two results side by side: compare.json (version 1, docs/result-format.md), its making
 * and a typed view of it.
 */
#ifndef PINBENCH_REPORTS_COMPARISON_H
#define PINBENCH_REPORTS_COMPARISON_H

#include "reports/compare/functions.h"
#include "reports/result.h"
#include "reports/stats/verdict.h"

#define PB_COMPARE_SCHEMA "pinbench-compare/1"
#define PB_COMPARE_FILE	  "compare.json"

/* What is worth a verdict: a delta that reaches both. */
struct pb_compare_rules {
	double min_effect;   /* share of the baseline; timed: the margin of "unchanged", too */
	double min_absolute; /* in the metric's unit; counted evidence only */
};
struct pb_compare_rules pb_compare_default_rules(bool counted);

/* All borrowed. */
struct pb_compare_inputs {
	const struct pb_result *baseline;
	const struct pb_result *patched;
	/* Timed: the baseline measured once more, for the floor. NULL: no difference is shown. */
	const struct pb_result *control;
	struct pb_compare_rules rules;
};

/*
 * The members baseline, patched, validity, cases, counts, verdict and sentence of
 * compare.json; free with json_decref. Cases are in the baseline's order, then those that
 * only the patched side has: no case of either is left out. -EINVAL with PB_EXIT_USAGE if the two
 * cannot be compared: evidence of different kinds.
 */
int pb_compare_results(const struct pb_compare_inputs *inputs, json_t **ret_root,
		       GError **ret_error);

/* Counts, verdict and sentence of a comparison that measured nothing, and why. */
json_t *pb_compare_nothing(const char *sentence);

/* One metric of one case. Numbers are NAN where a side has none. */
struct pb_comparison_row {
	const char *id;
	const char *benchmark;
	const char *metric;
	const char *unit;
	const char *reason; /* why it is missing, or is not judged; or NULL */
	/* Why the figure differs from run to run: an inconclusive one. Else NULL. */
	const char *not_deterministic;
	struct pb_param *params;
	size_t param_count;
	double baseline;
	double patched;
	double delta;
	double delta_percent;
	double threshold_percent; /* what |delta_percent| must reach */
	double ci_low_percent;	  /* 95 %; timed evidence, and all that follow */
	double ci_high_percent;
	double q;
	double floor_percent;
	double mde_percent;    /* INFINITY: nothing could have been shown */
	double more_boots;     /* of an inconclusive one; 0: more would not settle it */
	json_t *boots;	       /* {"baseline","patched"}: arrays of samples, one a boot; or NULL */
	const char *replicate; /* "boot" or "round": what counts once; static */
	const char *list;      /* the same of what each array of boots is of */
	const char *command;   /* measures the case again; or NULL */
	/* Where it moved, if that was asked; or why that is not known, or NULL. */
	struct pb_moved_functions *profile;
	const char *profile_error;
	enum pb_verdict verdict;
	bool primary;
	bool negligible; /* there is a delta, but not worth a verdict */
};

struct pb_comparison {
	json_t *root;
	struct pb_comparison_row *rows; /* the worst first, then in the order of cases */
	size_t row_count;
	guint counts[PB_VERDICT_MISSING + 1]; /* of primary metrics */
	enum pb_verdict verdict;
	const char *sentence;
};
typedef struct pb_comparison pb_comparison;

/*
 * Reads @path (the file or the directory it is in). A file that is damaged or of another
 * schema is -EINVAL with PB_EXIT_USAGE. Strings belong to ->root.
 */
int pb_comparison_load(const char *path, struct pb_comparison **ret_comparison, GError **ret_error);
/* Takes NULL. */
void pb_comparison_free(struct pb_comparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_comparison, pb_comparison_free)

/* Writes @root as @dir/compare.json, whole or not at all. */
int pb_comparison_save(json_t *root, const char *dir, GError **ret_error);

#endif
