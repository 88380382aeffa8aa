/*
 * Running the cases of a plan in guests, several side by side. Which guest runs when
 * has no effect on any figure: each starts from a saved state of its machine.
 */
#ifndef PINBENCH_LAB_SCHEDULE_H
#define PINBENCH_LAB_SCHEDULE_H

#include "lab/run/collect.h"
#include "lab/run/plan.h"
#include "lab/run/station.h"
#include "lab/run/watch.h"

struct pb_schedule {
	const struct pb_kernel *kernel;
	const struct pb_plan *plan;
	struct pb_station **station_of; /* of each case, borrowed */
	const char *evidence;
	guint boots;
	guint jobs;
	guint hang_seconds;
	const GArray *cpus;	      /* see struct pb_guest, or NULL */
	const char *out;	      /* consoles of failed guests are kept here */
	const struct pb_watch *watch; /* counted evidence: or NULL */
	unsigned int counters;	      /* counted evidence: bits of enum pb_counters */
	char *const *counter_events;  /* timed evidence: names of events; or NULL */
};

/* Gives each of the attempts its case and boot: those of a case together, in boot order. */
void pb_schedule_name(const struct pb_schedule *schedule, struct pb_attempt *attempts);

/*
 * Runs every case in every boot. @attempts, named, has plan-length * boots members, those of a
 * case together, in boot order; those not run because of an interruption keep only their
 * id. 0, -EINTR, or what kept a guest from being started at all.
 */
int pb_schedule_run(const struct pb_schedule *schedule, struct pb_progress *progress,
		    struct pb_attempt *attempts, GError **ret_error);

#endif
