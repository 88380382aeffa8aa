/* Timed evidence: one fresh boot, in which every case is measured once. */
#ifndef PINBENCH_LAB_RUN_BOOT_H
#define PINBENCH_LAB_RUN_BOOT_H

#include "lab/run/schedule.h"

/*
 * Boots each station of @schedule and measures its cases there, in an order drawn anew for
 * each boot (of one number always the same). @attempts as in schedule.h. A guest that fails costs
 * the case it failed in: the others go on in another. One guest runs at a time, for two would
 * time one another. 0, -EINTR, or what kept a guest from being started.
 */
int pb_boot_run(const struct pb_schedule *schedule, guint boot, struct pb_attempt *attempts,
		GError **ret_error);

#endif
