/* The error domain of the host-side code. */
#include "reports/error.h"

GQuark pb_error_quark(void)
{
	return g_quark_from_static_string("pinbench-error");
}

int pb_fail(GError **ret_error, int err, enum pb_exit code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (ret_error) {
		g_warn_if_fail(*ret_error == NULL);
		*ret_error = g_error_new_valist(PB_ERROR, code, fmt, args);
	}
	va_end(args);
	return -err;
}
