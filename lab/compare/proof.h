/* What shows that the two sides of a comparison are one patch apart, and can be believed. */
#ifndef PINBENCH_LAB_COMPARE_PROOF_H
#define PINBENCH_LAB_COMPARE_PROOF_H

#include <jansson.h>
#include "lab/compare/sides.h"

/*
 * Adds to @validity what only the builds, the emulator and a control can tell:
 * module_identical, and changed_functions with the cases that reached them (of timed evidence
 * a counted run finds that out).
 */
int pb_proof_gather(struct pb_sides *sides, const struct pb_result *baseline,
		    const struct pb_result *patched, json_t *validity, GError **ret_error);

/*
 * The control of counted evidence, measured into a folder below options->run.out: the
 * baseline against itself in another boot, and a delay that must be seen. *ret_control: see
 * pb_control_judge().
 */
int pb_proof_control(const struct pb_compare_options *options, struct pb_progress *progress,
		     json_t **ret_control, GError **ret_error);

#endif
