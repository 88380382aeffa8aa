/* A comparison: two kernels measured in the same way, or two results that are there already. */
#ifndef PINBENCH_LAB_COMPARE_H
#define PINBENCH_LAB_COMPARE_H

#include "lab/run/run.h"
#include "reports/compare/comparison.h"

#define PB_COMPARE_TEXT_FILE "report.txt"

struct pb_compare_options {
	struct pb_run_options run; /* kernel and command are set for each side */
	const char *baseline;	   /* SPEC or result directory */
	const char *patched;
	const char *command; /* how the user said it */
	double min_effect;   /* share of the baseline; below 0: the evidence's own */
	bool force;	     /* measure also if the two have the same code */
};

/*
 * Writes compare.json and its reports to options->run.out, and the results of the two sides
 * below it. Two kernels with the same code are not measured. *ret_saved tells
 * whether there is a comparison. Errors: PB_EXIT_REGRESSION if one was found, those of
 * pb_run() for a side that failed (what was measured is compared all the same).
 */
int pb_compare(const struct pb_compare_options *options, struct pb_progress *progress,
	       gboolean *ret_saved, GError **ret_error);

/*
 * Compares sides that were measured already, and writes compare.json and its reports to
 * options->run.out. @control: see pb_proof_control(), borrowed; NULL for none, or for timed
 * evidence, whose control is a side.
 */
struct pb_sides;
int pb_compare_sides(struct pb_sides *sides, json_t *control, GError **ret_error);

/* Writes report.html, report.txt, report.md and report.xml for the comparison in @directory. */
int pb_write_comparison(const char *directory, GError **ret_error);

#endif
