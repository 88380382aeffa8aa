/* A series of patches: one kernel a patch, and what each costs. */
#ifndef PINBENCH_LAB_COMPARE_SERIES_H
#define PINBENCH_LAB_COMPARE_SERIES_H

#include "lab/compare/compare.h"

/*
 * Measures options->baseline and it with the first patch of @patches (an mbox, a patch, a
 * directory), with the first two, and so on. Writes series.json and its reports to
 * options->run.out, and below it the patches as they were applied, a result for every kernel
 * that differs from the one before (base, 01, 02, ...), and the comparisons with that and with
 * the base (01/previous, 01/base, ...). options->patched is not used.
 *
 * A patch that cannot be applied or built ends the series: what is before it is measured and
 * written, then its error returned (PB_EXIT_USAGE). Else PB_EXIT_REGRESSION if a patch
 * made something worse, or errors as of pb_compare().
 */
int pb_series(const struct pb_compare_options *options, const char *patches,
	      struct pb_progress *progress, gboolean *ret_saved, GError **ret_error);

/* Writes report.html, report.txt, report.md and report.xml for the series in @directory. */
int pb_write_series(const char *directory, GError **ret_error);

#endif
