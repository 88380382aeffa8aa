/* The cross-release table as Markdown (GitHub's dialect). */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_MARKDOWN_H
#define PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_MARKDOWN_H

#include <glib.h>
#include <jansson.h>

/*
 * Writes @dir/report.md of release.json's @root, as long as a comment may be; what does not fit is
 * counted. 0, or -errno with PB_EXIT_ENVIRONMENT.
 */
int pb_render_release_markdown(const json_t *root, const char *dir, GError **ret_error);

#endif
