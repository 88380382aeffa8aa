/*
 * A series of patches as one HTML page that needs nothing else: no network, no scripts.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_HTML_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_HTML_H

#include <jansson.h>

#include "reports/render/html.h"

/*
 * Writes @dir/report.html (PB_HTML_FILE), whole or not at all. @series: of series.json; every
 * text of it is escaped, and what it does not have is left out. Comparisons and results below
 * @dir are linked if they are there. Returns 0, or -errno with PB_EXIT_ENVIRONMENT if the file
 * cannot be written.
 */
int pb_render_series_html(const json_t *series, const char *dir, GError **ret_error);

#endif
