/*
 * Native results of several boots. A run on a machine itself is one boot, of some rounds. Boots of
 * one kernel differ by more than rounds do, so a comparison of kernels takes several of each; they
 * are collected into one result, a boot at a time.
 */
#ifndef PINBENCH_REPORTS_NATIVE_BOOTS_H
#define PINBENCH_REPORTS_NATIVE_BOOTS_H

#include "reports/native/alike.h"
#include "reports/result.h"

/*
 * @boots with @next, of rounds in one boot, as one more boot: a document of its own, to be freed
 * with json_decref. Each boot of a metric is the list of the medians of its rounds. A case that was
 * not ok in a boot has the outcome and the reason of the first such boot. Facts, counters and
 * profiles are those of the first boot. Refused as by pb_boots_check() and pb_boots_check_cases(),
 * and if either was interrupted.
 */
int pb_boots_add(const struct pb_result *boots, const struct pb_result *next, json_t **ret_root,
		 GError **ret_error);

#endif
