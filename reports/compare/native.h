/*
 * Two results of machines as they are. A run there is one boot, of some rounds. Where both were
 * taken in the same boot, a round is the replicate: what differs is what was changed in between.
 * Where they were not, the boot is: of a single run there is one, which is too few, and of runs
 * that were collected (reports/native/boots.h) as many as there were.
 */
#ifndef PINBENCH_REPORTS_COMPARE_NATIVE_H
#define PINBENCH_REPORTS_COMPARE_NATIVE_H

#include "reports/compare/comparison.h"

/* Rounds or boots of a side that a floor takes: two pairs have a spread. */
#define PB_NATIVE_LEAST 4

enum pb_replicate {
	PB_REPLICATE_BOOTS, /* each list of samples is a guest's boot, and there is a control */
	PB_REPLICATE_NATIVE_BOOTS, /* each is a boot's of a machine itself */
	PB_REPLICATE_ROUNDS,	   /* each is a round's, and all are of one boot */
	PB_REPLICATE_ONE_BOOT,	   /* each is a round's of a side, whose only boot is another one */
};

enum pb_replicate pb_replicate_of(const struct pb_result *baseline,
				  const struct pb_result *patched);
/* "boot", "round", "one boot": validity.replicate of compare.json, not of guests. Static. */
const char *pb_replicate_name(enum pb_replicate replicate);

/*
 * What the machine drifted by, a fraction: the largest drift inside either run, of what it measured
 * before and after (of several boots their median); or what all of that moved by together from one
 * side to the other, if that is more. What a single one of them moved by between the sides may be
 * the very effect. NAN if a run has no floor: then it is not known, and no difference is shown.
 */
double pb_native_drift(const struct pb_result *baseline, const struct pb_result *patched);

/*
 * The floor of a metric of two runs in one boot, or of the boots of two kernels, a fraction: the
 * most that either side showed against itself, and the drift on top. Against itself means every
 * other round (or boot) against those between them, in mirrored pairs (1-2, 4-3, 5-6, ...), as the
 * two sides of a comparison are run. NAN for less than PB_NATIVE_LEAST of a side, and for an
 * unknown drift.
 */
double pb_native_floor(const struct pb_metric *before, const struct pb_metric *after, double drift);

/*
 * @metric with all its rounds as one boot, whose samples are their medians. The caller frees it
 * with pb_native_metric_clear(); names are borrowed.
 */
void pb_native_collapse(const struct pb_metric *metric, struct pb_metric *ret_metric);
void pb_native_metric_clear(struct pb_metric *metric);

#endif
