/* Counters of the processor and profiles in report.html; part of html.c. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_SECTION_HTML_H
#define PINBENCH_REPORTS_RENDER_PROFILE_SECTION_HTML_H

#include "reports/render/view.h"

/* What the page needs beyond report.css; NULL: nothing. To be freed. */
char *pb_html_profile_css(const struct pb_view *view);

/* The sections "counters" and "profiles"; each nothing if there are none. */
void pb_html_counters(GString *out, const struct pb_view *view);
void pb_html_profiles(GString *out, const struct pb_view *view);

#endif
