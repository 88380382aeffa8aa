/* Profiles by perf of all cases of a native result. */
#ifndef PINBENCH_LAB_NATIVE_PROFILES_H
#define PINBENCH_LAB_NATIVE_PROFILES_H

#include <glib.h>

#include "lab/util/progress.h"

struct pb_profiles_options {
	const char *out;     /* the result directory */
	const char *scratch; /* where cases put their files */
	const char *const *devices;
};

/*
 * Takes one of each case of the result in options->out that was measured, and notes in result.json
 * where it is, or why there is none. What is finished is there also after an interruption (-EINTR).
 */
int pb_profiles_take(const struct pb_profiles_options *options, struct pb_progress *progress,
		     GError **ret_error);

#endif
