/* What shows that the two sides of a comparison are one patch apart, and can be believed. */
#ifndef PINBENCH_LAB_COMPARE_PROOF_H
#define PINBENCH_LAB_COMPARE_PROOF_H

#include <jansson.h>
#include "lab/compare/sides.h"

/*
 * Adds to @validity what only the builds, the emulator and a control can tell:
 * module_identical, changed_functions and which cases reached them (of timed evidence a
 * counted run finds that out), and of counted evidence control, which is measured for it.
 */
int pb_proof_gather(struct pb_sides *sides, const struct pb_result *baseline,
		    const struct pb_result *patched, json_t *validity, GError **ret_error);

#endif
