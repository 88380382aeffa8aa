/*
 * A comparison as JUnit XML, which CI systems show as tests.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_JUNIT_H
#define PINBENCH_REPORTS_RENDER_COMPARE_JUNIT_H

#include "reports/compare/comparison.h"

#define PB_JUNIT_FILE "report.xml"

/*
 * Writes @dir/report.xml, whole or not at all: a suite for each benchmark, a test for each
 * primary metric of a case. A regression fails; what is missing or inconclusive is skipped and
 * says which; all else passes. A control that failed is an error of a suite of its own. Equal
 * comparisons give equal files: there is no time in them. Returns 0, or -errno with
 * PB_EXIT_ENVIRONMENT if the file cannot be written.
 */
int pb_render_comparison_junit(const struct pb_comparison *comparison, const char *dir,
			       GError **ret_error);

#endif
