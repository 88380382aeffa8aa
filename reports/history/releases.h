/*
 * Kernels by name, in their order, and what each series was on each: what a heat map and a
 * cross-release table show.
 */
#ifndef PINBENCH_REPORTS_HISTORY_RELEASES_H
#define PINBENCH_REPORTS_HISTORY_RELEASES_H

#include "reports/history/history.h"
#include "reports/history/steps.h"

/* The runs of one kernel by name, which lie side by side. */
struct pb_release {
	const char *name;   /* the runs' own */
	const char *branch; /* the runs' own */
	bool is_long_term;
	guint first_run, end_run; /* its runs: first_run to end_run - 1 */
	int previous;		  /* the release before it; -1: none */
	int long_term; /* the newest long-term release of another branch before it; -1: none */
};

struct pb_releases {
	struct pb_release *list;
	guint count;
};

/* Of all runs. The caller clears *ret_releases; @runs must live as long. */
void pb_releases_of(const struct pb_history_runs *runs, struct pb_releases *ret_releases);
void pb_releases_clear(struct pb_releases *releases);

/* What a series was on a release. */
struct pb_release_level {
	guint points;	/* 0: it has none there */
	guint last_run; /* the newest run that has one */
	/* Counted: the newest value, for it is exact. Timed: the median of its runs, and the
	 * interval of that (of one run, its own). */
	double value, low, high;
};

/* One for each release, in order; the caller frees them. */
struct pb_release_level *pb_release_levels(const struct pb_history_series *series,
					   const struct pb_releases *releases);

/* What a figure did from one release to another. */
struct pb_release_change {
	bool is_known;	 /* both have a figure, and what was measured with is the same */
	bool is_unclear; /* both have one, but something else changed as well */
	double percent;
	bool matters; /* worth a verdict, and outside what the intervals allow for no change */
	bool worse;
};
struct pb_release_change pb_release_change(const struct pb_history_series *series,
					   const struct pb_history_runs *runs,
					   const struct pb_release_level *from,
					   const struct pb_release_level *to);

#endif
