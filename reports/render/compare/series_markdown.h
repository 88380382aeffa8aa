/*
 * A series of patches as a comment on a pull request, in GitHub's dialect.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_MARKDOWN_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_MARKDOWN_H

#include "reports/render/compare/markdown.h"

/*
 * Writes @dir/report.md (PB_MARKDOWN_FILE), whole or not at all, of fewer than
 * PB_COMMENT_MAX_BYTES; what does not fit is said to be missing. @series: of series.json. Returns
 * 0, or -errno with PB_EXIT_ENVIRONMENT if the file cannot be written.
 */
int pb_render_series_markdown(const json_t *series, const char *dir, GError **ret_error);

#endif
