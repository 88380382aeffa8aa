/* A batch: the cases that share one guest. Of counted evidence each is alone. */
#ifndef PINBENCH_LAB_RUN_BATCH_H
#define PINBENCH_LAB_RUN_BATCH_H

#include "lab/run/schedule.h"

/*
 * Runs @batch (struct pb_attempt, borrowed; all of one station and boot) in one guest, and
 * takes out of it what was settled: all, or if the guest failed, the cases up to the one that
 * it failed in. At least one is. @number names the guest's folder and console. An error is
 * what kept the guest from being started; -EINTR.
 */
int pb_batch_run(const struct pb_schedule *schedule, const struct pb_station *station, guint number,
		 GPtrArray *batch, GError **ret_error);

#endif
