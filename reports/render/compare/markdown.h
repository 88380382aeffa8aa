/*
 * A comparison as a comment on a pull request, in GitHub's dialect.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_MARKDOWN_H
#define PINBENCH_REPORTS_RENDER_COMPARE_MARKDOWN_H

#include "reports/compare/comparison.h"
#include "reports/render/markdown.h"

/* What GitHub takes for one comment. It counts characters; bytes are never fewer. */
#define PB_COMMENT_MAX_BYTES 65536

/*
 * Writes @dir/report.md (PB_MARKDOWN_FILE), whole or not at all, of fewer than
 * PB_COMMENT_MAX_BYTES; what does not fit is said to be missing. Returns 0, or -errno
 * with PB_EXIT_ENVIRONMENT if the file cannot be written.
 */
int pb_render_comparison_markdown(const struct pb_comparison *comparison, const char *dir,
				  GError **ret_error);

#endif
