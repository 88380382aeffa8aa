/*
 * What shows that a comparison can be believed: a result of one kernel in two boots or
 * more, with cases that cost a known number of instructions.
 */
#ifndef PINBENCH_REPORTS_CONTROL_H
#define PINBENCH_REPORTS_CONTROL_H

#include "reports/result.h"

/*
 * {"boots","figures","differing","largest_percent","known_insns","seen_insns","ok"}:
 * how many figures (medians of a boot) differ between boots, and by how much of the
 * smaller at most; the largest difference between two cases of a benchmark that state
 * known_insns, and what was seen of it. ok: none differs, and it was seen exactly. A case
 * that was not measured, or no known delay, is not ok; one that is not deterministic is not looked
 * at. Free with json_decref.
 */
json_t *pb_control_judge(const struct pb_result *result);

/*
 * The same of timed evidence: @control is @baseline measured once more, boots paired.
 * {"boots","figures","differing","largest_percent","known_insns","seen_percent",
 * "seen_ci_percent","ok"}: figures whose 95 % interval excludes 0 (chance alone makes one in
 * twenty), the largest effect; what the longer of two known delays was seen to cost more. ok: it
 * was seen, its interval above 0. That figures of equal kernels differ is no failure: it is the
 * floor of each.
 */
json_t *pb_control_judge_timed(const struct pb_result *baseline, const struct pb_result *control);

#endif
