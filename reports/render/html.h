/*
 * A result as one HTML page that needs nothing else: no network, no scripts.
 */
#ifndef PINBENCH_REPORTS_RENDER_HTML_H
#define PINBENCH_REPORTS_RENDER_HTML_H

#include "reports/result.h"

#define PB_HTML_FILE "report.html"

/*
 * Writes @dir/report.html, whole or not at all, and beside it each of its plots as
 * plot-N-TITLE.svg. Every text of the result is escaped.
 * Returns 0, or -errno with PB_EXIT_ENVIRONMENT if the plots cannot be drawn (see
 * pb_plot_draw()) or the file cannot be written.
 */
int pb_render_html(const struct pb_result *result, const char *dir, GError **ret_error);

#endif
