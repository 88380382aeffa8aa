/* The kernels of a release: what they are called, and how measuring each of them ended. */
#ifndef PINBENCH_LAB_RELEASE_KERNELS_H
#define PINBENCH_LAB_RELEASE_KERNELS_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "lab/kernel/spec.h"

enum pb_release_outcome {
	PB_RELEASE_MISSING, /* it was not its turn yet */
	PB_RELEASE_OK,
	PB_RELEASE_FAILED,
	PB_RELEASE_INTERRUPTED,
};

struct pb_release_kernel {
	struct pb_kernel_spec *spec;
	char *name;   /* of its folder; no two kernels have the same */
	char *result; /* the result directory, absolute */
	enum pb_release_outcome outcome;
	char *reason;  /* unless the outcome is ok or missing */
	char *release; /* uname -r; NULL: not known */
	bool saved;    /* there is a result, of whatever was finished */
	bool finished; /* it is of the whole plan, though cases of it may have failed */
	bool measured; /* and some of them have not */
	bool added;    /* to the history */
};

/*
 * Checks all of @specs (NULL-terminated) and sets *ret_kernels (struct pb_release_kernel; the
 * caller unrefs), in their order, with results below @out. PB_EXIT_USAGE.
 */
int pb_release_kernels_make(const char *const *specs, const char *configs_dir, const char *out,
			    GPtrArray **ret_kernels, GError **ret_error);

/* Takes the end of a run: @err and @why, which it frees, and whether there is a result. */
void pb_release_kernel_settle(struct pb_release_kernel *kernel, int err, bool saved, GError *why);

/* "kernels" of release.json. */
json_t *pb_release_kernels_json(const GPtrArray *kernels);

#endif
