/* The cross-release table as plain text, for a terminal or a mail. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_TEXT_H
#define PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_TEXT_H

#include <glib.h>
#include <jansson.h>

/* What four kernels need. */
#define PB_RELEASE_COLUMNS 100

/*
 * @root: of release.json. Lines keep to @columns as far as names allow: kernels that do not fit
 * beside each other come in a table of their own. Free with g_free.
 */
char *pb_render_release_text(const json_t *root, guint columns);

#endif
