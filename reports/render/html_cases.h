/* The tables of report.html; part of html.c. */
#ifndef PINBENCH_REPORTS_RENDER_HTML_CASES_H
#define PINBENCH_REPORTS_RENDER_HTML_CASES_H

#include "reports/render/view.h"

/* The table of one benchmark with an expandable row per case. */
void pb_html_group(GString *out, const struct pb_view_group *group);

#endif
