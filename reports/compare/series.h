/*
 * A series of patches: series.json (version 1, docs/result-format.md), made of the
 * comparisons of each patch with the one before it and with the base.
 */
#ifndef PINBENCH_REPORTS_COMPARE_SERIES_H
#define PINBENCH_REPORTS_COMPARE_SERIES_H

#include "reports/compare/comparison.h"

#define PB_SERIES_SCHEMA "pinbench-series/1"
#define PB_SERIES_FILE	 "series.json"

/* One patch. All borrowed. */
struct pb_series_step {
	const char *subject;
	const char *const *files; /* that it changes */
	const char *spec;	  /* of the kernel with it */
	const char *directory;	  /* below the series' own, where its comparisons are */
	bool same_code;		  /* as the kernel before: nothing was measured */
	const json_t *previous;	  /* root of a compare.json; NULL if there is none */
	const json_t *base;
	const char *error; /* why it has no kernel; NULL if it has */
};

/*
 * The members patches, rows, first, verdict and sentence of series.json; free with
 * json_decref. Rows are the figures of all comparisons, each with its value and deltas for
 * every patch; a patch that changed no code has the values of the one before.
 */
json_t *pb_series_build(const struct pb_series_step *steps, guint count);

#endif
