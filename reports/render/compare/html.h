/*
 * A comparison as one HTML page that needs nothing else: no network, no scripts.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_HTML_H
#define PINBENCH_REPORTS_RENDER_COMPARE_HTML_H

#include "reports/compare/comparison.h"
#include "reports/render/html.h"

/*
 * Writes @dir/report.html (PB_HTML_FILE), whole or not at all. Every text of the comparison is
 * escaped. The results beside it are linked if they are there. Returns 0, or -errno with
 * PB_EXIT_ENVIRONMENT if the file cannot be written.
 */
int pb_render_comparison_html(const struct pb_comparison *comparison, const char *dir,
			      GError **ret_error);

#endif
