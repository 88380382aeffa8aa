/*
 * What was measured of which kernel, and what was not: cases that were not run, that are skipped
 * where they were not before, that disappeared, and that failed.
 */
#ifndef PINBENCH_REPORTS_HISTORY_COVERAGE_H
#define PINBENCH_REPORTS_HISTORY_COVERAGE_H

#include "reports/history/history.h"
#include "reports/history/releases.h"

enum pb_coverage_kind {
	PB_COVERAGE_MEASURED,
	PB_COVERAGE_FAILED,
	PB_COVERAGE_NEWLY_SKIPPED, /* it had a figure on the last kernel that says of it */
	PB_COVERAGE_SKIPPED,	   /* as on the last kernel that says of it, or from the first */
	/* No word of it, although the last kernel that was measured with the same profile and
	 * evidence before it has a figure. */
	PB_COVERAGE_DISAPPEARED,
	PB_COVERAGE_NOT_RUN, /* no word of it; other kernels have one */
	PB_COVERAGE_KIND_COUNT,
};

struct pb_coverage_entry {
	enum pb_coverage_kind kind;
	const char *reason; /* of skips and failures; NULL else */
	int before;	    /* the last release before with a word of it; -1 none */
};

struct pb_coverage;

/* @runs and @releases must live as long. The caller frees it. */
struct pb_coverage *pb_coverage_new(const struct pb_history_runs *runs,
				    const struct pb_releases *releases);
void pb_coverage_free(struct pb_coverage *coverage);
typedef struct pb_coverage pb_coverage;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_coverage, pb_coverage_free)

/* All series, then all gaps. */
void pb_coverage_take_series(struct pb_coverage *coverage, const struct pb_history_series *series,
			     const struct pb_release_level *levels);
void pb_coverage_take_gap(struct pb_coverage *coverage, const struct pb_history_gap *gap);

/* The cases there are, each of one kind of evidence, in the order in which they were met. */
guint pb_coverage_cases(const struct pb_coverage *coverage);
const char *pb_coverage_case(const struct pb_coverage *coverage, guint at,
			     const char **ret_evidence);

struct pb_coverage_entry pb_coverage_of(const struct pb_coverage *coverage, guint at,
					guint release);

#endif
