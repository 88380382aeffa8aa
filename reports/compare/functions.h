/*
 * Where a figure moved: the functions of a case that do something else on one kernel than on the
 * other, by the profiles of both. Made here, kept in compare.json, and read back for renderers.
 */
#ifndef PINBENCH_REPORTS_COMPARE_FUNCTIONS_H
#define PINBENCH_REPORTS_COMPARE_FUNCTIONS_H

#include "reports/profile/profile.h"
#include "reports/result_read.h"

#define PB_MOST_MOVED_FUNCTIONS 200 /* that are listed */

/*
 * The "profile" of a case of compare.json, as docs/result-format.md has it; free with json_decref.
 * NULL if either profile has no region of @metric, or they are not of the same operation.
 *
 * A function is listed if what it does itself differs, for one operation, in instructions or in
 * any event that is counted exactly and that both profiles have, or if only one side came to it.
 * Whether it differs is found in whole numbers: no quotient is rounded into a difference.
 * One of which only the inclusive count changed is a caller of such a function, and not listed.
 * Functions are the same if name and where are, and file if both sides know it; or if one of that
 * name is left on each side, for sources are renamed and split.
 */
json_t *pb_compare_functions(const struct pb_profile *baseline, const struct pb_profile *patched,
			     const char *metric);

/*
 * The same of two sampled profiles, of which shares of the measured calls' samples are compared. A
 * function is listed if its own share differs by more than chance makes of so many samples
 * (reports/profile/samples.h). NULL if either has none, or they were taken by different events.
 */
json_t *pb_compare_samples(const struct pb_profile *baseline, const struct pb_profile *patched);

/* All for one operation; of what a side does not have, 0. Strings and @events are borrowed. */
struct pb_moved_function {
	const char *name;
	const char *file;
	const char *where;
	const char *how; /* "changed", "new", "gone" */
	double baseline_self, patched_self, self_delta;
	double baseline_inclusive, patched_inclusive, inclusive_delta;
	double baseline_calls, patched_calls;
	double noise;	/* of samples: how far self_delta goes by chance */
	json_t *events; /* name to the change of what it does itself */
};

struct pb_moved_functions {
	const char *unit;
	/* Shares of samples: no calls, and what is listed is no cause that was found. */
	bool sampled;
	const char *sentence;
	const char *flame; /* path of an SVG below the directory of compare.json; or NULL */
	struct pb_moved_function *functions; /* the largest change first */
	size_t listed;
	size_t count; /* of all that differ */
	double accounted;
};
typedef struct pb_moved_functions pb_moved_functions;

/* What pb_compare_functions() made, perhaps with a flame graph. 0, or -EINVAL. Borrows @object. */
int pb_moved_functions_read(struct pb_reader *reader, json_t *object,
			    struct pb_moved_functions **ret_functions);
/* Takes NULL. */
void pb_moved_functions_free(struct pb_moved_functions *functions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_moved_functions, pb_moved_functions_free)

#endif
