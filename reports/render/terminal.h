/*
 * A result as plain text, for a terminal or a log.
 */
#ifndef PINBENCH_REPORTS_RENDER_TERMINAL_H
#define PINBENCH_REPORTS_RENDER_TERMINAL_H

#include <stdio.h>

#include "reports/result.h"

/*
 * Writes the tables, skips and failures of @result to @out, which stays open, in
 * lines of at most @columns characters (0: 80) as far as words and names allow. A
 * table that is too wide first leaves out exploratory metrics and says so, then
 * becomes a list. Control characters in texts become '?'. Returns 0, or -errno
 * with PB_EXIT_ENVIRONMENT if @out cannot be written.
 */
int pb_render_terminal(const struct pb_result *result, FILE *out, int columns, GError **ret_error);

#endif
