/* Where a comparison's cases moved: they run once more on both sides, with a profile. */
#ifndef PINBENCH_LAB_COMPARE_EXPLAIN_H
#define PINBENCH_LAB_COMPARE_EXPLAIN_H

#include "lab/compare/sides.h"

/*
 * @measured: the results of the baseline and of the patched side.
 * Profiles every case of @members (compare.json's) with a figure that differs, or that executed a
 * function that the patch changed: an instruction that became a locked one differs in no
 * figure. Adds "profile" to the rows, or "profile_error", and writes the profiles to
 * options->run.out/PB_EXPLAIN_DIR and differential flame graphs to options->run.out/profile.
 * Counted evidence of kernels that are at hand; else it does nothing.
 */
int pb_explain(struct pb_sides *sides, json_t *members, const struct pb_result *const *measured,
	       GError **ret_error);

/*
 * The same of two results that were measured before, from the profiles that they were left with:
 * nothing is measured. A case of which one side alone has a profile has nothing to be compared. Of
 * sampled profiles the first primary figure of a case gets it: samples are of the whole case.
 */
int pb_explain_kept(struct pb_sides *sides, json_t *members,
		    const struct pb_result *const *measured, GError **ret_error);

#define PB_EXPLAIN_DIR "functions"

#endif
