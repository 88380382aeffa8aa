/*
 * How far the figures of a history can be trusted: false alarms between runs of one kernel, and of
 * timed evidence which steps could be seen at all, over kernels and over months.
 */
#ifndef PINBENCH_REPORTS_HISTORY_HEALTH_H
#define PINBENCH_REPORTS_HISTORY_HEALTH_H

#include "reports/history/releases.h"
#include "reports/history/steps.h"

/* Runs of one evidence. */
struct pb_health_alike {
	const char *evidence;
	guint series;
	guint pairs, alarms;
	double percent;			  /* alarms of pairs; NAN without pairs */
	double low_percent, high_percent; /* 95 % (Wilson); NAN without pairs */
	double detectable_percent;	  /* median over series; NAN if none is known */
};

/* Timed runs of one kernel or one month. */
struct pb_health_period {
	char *name; /* "6.12.117" or "2026-11" */
	guint runs;
	guint series; /* that have enough runs there for what follows */
	/* The smallest step that ten runs before and after it would show: median, and the series
	 * that nine of ten are no worse than. NAN without series. */
	double detectable_percent, worst_percent;
	/* Half the interval of a run's figure: mean of a series, median over series; NAN without.
	 */
	double spread_percent;
};

struct pb_health;

/* @runs and @releases must live as long. The caller frees it. */
struct pb_health *pb_health_new(const struct pb_history_runs *runs,
				const struct pb_releases *releases);
void pb_health_free(struct pb_health *health);
typedef struct pb_health pb_health;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_health, pb_health_free)

void pb_health_take(struct pb_health *health, const struct pb_history_series *series,
		    const struct pb_moves *moves);

/* The caller frees the arrays with g_array_unref(). */
GArray *pb_health_alike(const struct pb_health *health);      /* struct pb_health_alike */
GArray *pb_health_by_release(const struct pb_health *health); /* struct pb_health_period */
GArray *pb_health_by_month(const struct pb_health *health);

#endif
