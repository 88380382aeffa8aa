/*
 * Whether what is measured on a machine as it is now is of the same kernel, machine, CPUs and cases
 * as a result that there is: whether it may be one more boot of it.
 */
#ifndef PINBENCH_REPORTS_NATIVE_ALIKE_H
#define PINBENCH_REPORTS_NATIVE_ALIKE_H

#include "reports/result.h"

/*
 * Of @boots, which may be of one boot or of several, and @next, of one: all that is known without
 * measuring; a result without cases does. Whether pinbench's module is loaded is looked at if both
 * say so. 0, or -EINVAL with PB_EXIT_USAGE and what to do instead.
 */
int pb_boots_check(const struct pb_result *boots, const struct pb_result *next, GError **ret_error);

/* The same of what is to be measured: ids, NULL-terminated, in the order of the plan. */
int pb_boots_check_cases(const struct pb_result *boots, const char *profile, char *const *ids,
			 GError **ret_error);

#endif
