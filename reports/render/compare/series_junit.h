/*
 * A series of patches as JUnit XML, which CI systems show as tests.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_JUNIT_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_JUNIT_H

#include "reports/render/compare/junit.h"

/*
 * Writes @dir/report.xml (PB_JUNIT_FILE), whole or not at all: a suite for each patch, a test for
 * each primary figure, by what the patch did to it by itself. A regression fails; what is
 * missing or inconclusive is skipped and says which; all else passes. A patch without a kernel
 * is an error; one that changes no code has no tests. A control that failed is an error of a
 * suite of its own. @series: of series.json; equal ones give equal files. Returns 0, or -errno
 * with PB_EXIT_ENVIRONMENT if the file cannot be written.
 */
int pb_render_series_junit(const json_t *series, const char *dir, GError **ret_error);

#endif
