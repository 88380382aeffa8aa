/* The profiles of a result as Markdown; part of markdown.c. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_SECTION_MARKDOWN_H
#define PINBENCH_REPORTS_RENDER_PROFILE_SECTION_MARKDOWN_H

#include "reports/render/view.h"

/* A section with a short table of functions for each case, of the metric that it is about. */
void pb_markdown_profiles(GString *out, const struct pb_view *view);

#endif
