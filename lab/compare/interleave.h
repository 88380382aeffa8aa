/* Timed evidence of several runs at once: their boots in turn. */
#ifndef PINBENCH_LAB_COMPARE_INTERLEAVE_H
#define PINBENCH_LAB_COMPARE_INTERLEAVE_H

#include "lab/run/run.h"

/*
 * Runs the same number of boots of each of @count runs, block by block: one boot of each
 * in a block, in an order that is drawn anew for every other block and mirrored in the next
 * (ABBA), so that what drifts on the host falls on all alike. Ends at the first error.
 */
int pb_interleave(struct pb_begun **runs, guint count, guint boots, struct pb_progress *progress,
		  GError **ret_error);

#endif
