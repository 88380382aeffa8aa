/* Where a row of a comparison moved, from the profiles of both sides; used by explain.c, kept.c. */
#ifndef PINBENCH_LAB_COMPARE_MOVED_H
#define PINBENCH_LAB_COMPARE_MOVED_H

#include <jansson.h>

#include "lab/compare/sides.h"
#include "reports/profile/profile.h"

/* The member of "cases" of a result with this id, or NULL. */
const json_t *pb_moved_case(const struct pb_result *result, const char *id);

/*
 * Adds "profile" to @row of compare.json, and writes its differential flame graph to
 * @out/PB_PROFILE_DIR/@folder-METRIC.svg. @profiles: by enum pb_side, of one kind. A row that has
 * nothing to be told of stays as it is: a metric that is not made of a region of its own, or of
 * exact profiles one that nothing moved.
 */
int pb_moved_add(const char *out, const char *folder, json_t *row,
		 struct pb_profile *const *profiles, GError **ret_error);

/* Sets "profile_error" of all rows of the case. */
void pb_moved_note_error(json_t *rows, const char *id, const char *why);

#endif
