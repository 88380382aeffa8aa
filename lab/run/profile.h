/* Reading a profile and writing out its combinations. plan.h tells the format. */
#ifndef PINBENCH_LAB_PROFILE_H
#define PINBENCH_LAB_PROFILE_H

#include "lab/run/catalog.h"

/* *ret_cases: case ids that may leave parameters out; the caller completes them. */
int pb_profile_expand(const struct pb_catalog *catalog, const char *configs_dir,
		      const char *profile, int *ret_repetitions, GPtrArray **ret_cases,
		      GError **ret_error);

#endif
