/*
 * How the host-side code reports errors: a GError of the domain PB_ERROR whose
 * code is the exit code the program should end with (enum pb_exit), beside a
 * negative errno as the return value.
 *
 * A message says what was wrong, where, and what to do next; main prints it.
 */
#ifndef PINBENCH_REPORTS_ERROR_H
#define PINBENCH_REPORTS_ERROR_H

#include <glib.h>

#include "pinbench/exit.h"

#define PB_ERROR pb_error_quark()

GQuark pb_error_quark(void);

/*
 * Sets *ret_error (which may be NULL) and returns -err, so that a caller can
 * write "return pb_fail(...)". @err is a positive errno.
 */
int pb_fail(GError **ret_error, int err, enum pb_exit code, const char *fmt, ...)
	G_GNUC_PRINTF(4, 5);

#endif
