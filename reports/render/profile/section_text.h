/* The profiles of a result on a terminal; part of terminal.c. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_SECTION_TEXT_H
#define PINBENCH_REPORTS_RENDER_PROFILE_SECTION_TEXT_H

#include "reports/render/view.h"

/* For each case the functions with the most instructions, then where the rest is. */
void pb_text_profiles(GString *out, const struct pb_view *view, size_t columns);

#endif
