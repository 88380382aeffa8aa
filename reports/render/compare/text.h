/*
 * A comparison as plain text: for a terminal, a commit message or a mail to a list.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_TEXT_H
#define PINBENCH_REPORTS_RENDER_COMPARE_TEXT_H

#include "reports/compare/comparison.h"

/* What a mail or a commit message holds without wrapping. */
#define PB_MAIL_COLUMNS 72

/*
 * The verdict, what it rests on, what moved (the worst first) and where, and what did not, in lines
 * of at most @columns characters as far as names and paths allow. Control characters become '?'.
 * The caller frees it.
 */
char *pb_render_comparison_text(const struct pb_comparison *comparison, guint columns);

#endif
