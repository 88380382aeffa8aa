/* In which order the boots of the sides of a timed comparison were run. */
#ifndef PINBENCH_REPORTS_COMPARE_ORDER_H
#define PINBENCH_REPORTS_COMPARE_ORDER_H

#include "reports/compare/comparison.h"

/*
 * "BPCCPB...": B a boot of the baseline, P of the patched kernel, C of the control, by the
 * times in the results; what one side has more of is left out. NULL if a result has none (counted
 * evidence). Free with g_free.
 */
char *pb_boot_order(const struct pb_compare_inputs *inputs);

/*
 * Whether the boots of @order were paired: the first of each side before the second of any, and
 * so on. Else what changed on the host meanwhile looks like an effect.
 */
bool pb_boot_order_is_paired(const char *order);

#endif
