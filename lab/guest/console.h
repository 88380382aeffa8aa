/* What a guest's console tells about how it ended. */
#ifndef PINBENCH_LAB_GUEST_CONSOLE_H
#define PINBENCH_LAB_GUEST_CONSOLE_H

#include <glib.h>

/*
 * The first line of @console that names the trouble, as a new string, and in
 * *ret_kind PB_FAILURE_OOPS or PB_FAILURE_PANIC. NULL: no sign of either.
 */
char *pb_console_trouble(const char *console, const char **ret_kind);

/* The last @count lines, as a NULL-terminated array without control characters. */
char **pb_console_tail(const char *console, guint count);

#endif
