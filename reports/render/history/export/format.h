/*
 * What a format of an export is: callbacks, which one walk over the history feeds. For the files
 * of this folder and for tests, which feed them by hand.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_FORMAT_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_FORMAT_H

#include <stdio.h>

#include "reports/history/releases.h"
#include "reports/history/steps.h"

/* An export that is being written. */
struct pb_export {
	const struct pb_export_format *format;
	FILE *out; /* the caller's */
	const struct pb_history_runs *runs;
	struct pb_releases releases;
	guint open;  /* regressions of the series so far */
	void *state; /* the format's own */
	int err; /* what a callback failed with, which ends the walk; what @out fails with it knows
		  */
};

/*
 * Series come in order of case and metric, each with what moved in it; then the gaps. Nothing of
 * them is there after the call.
 */
struct pb_export_format {
	const char *name;
	void (*begin)(struct pb_export *e);
	void (*series)(struct pb_export *e, const struct pb_history_series *series,
		       const struct pb_moves *moves);
	void (*gap)(struct pb_export *e, const struct pb_history_gap *gap); /* or NULL */
	void (*end)(struct pb_export *e);				    /* or NULL */
	void (*free_state)(void *state);				    /* or NULL */
};

extern const struct pb_export_format pb_export_csv;
extern const struct pb_export_format pb_export_json;
extern const struct pb_export_format pb_export_junit;
extern const struct pb_export_format pb_export_ktap;
extern const struct pb_export_format pb_export_kcidb;
extern const struct pb_export_format pb_export_openmetrics;

/*
 * The walk, step by step. Each fails if what it has to write cannot be written. @runs must live as
 * long as @e, which the caller clears also after a failure.
 */
int pb_export_begin(struct pb_export *e, const char *format, const struct pb_history_runs *runs,
		    FILE *out, GError **ret_error);
int pb_export_take_series(struct pb_export *e, const struct pb_history_series *series,
			  const struct pb_moves *moves, GError **ret_error);
int pb_export_take_gap(struct pb_export *e, const struct pb_history_gap *gap, GError **ret_error);
int pb_export_end(struct pb_export *e, GError **ret_error);
void pb_export_clear(struct pb_export *e);

#endif
