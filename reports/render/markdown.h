/*
 * A result as Markdown (GitHub's dialect), for a mail or a merge request.
 */
#ifndef PINBENCH_REPORTS_RENDER_MARKDOWN_H
#define PINBENCH_REPORTS_RENDER_MARKDOWN_H

#include "reports/result.h"

#define PB_MARKDOWN_FILE "report.md"

/*
 * Writes @dir/report.md, whole or not at all. Texts of the result are escaped.
 * Returns 0, or -errno with PB_EXIT_ENVIRONMENT if it cannot be written.
 */
int pb_render_markdown(const struct pb_result *result, const char *dir, GError **ret_error);

#endif
