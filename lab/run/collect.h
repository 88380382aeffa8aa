/* From what came out of guests to result.json. */
#ifndef PINBENCH_LAB_COLLECT_H
#define PINBENCH_LAB_COLLECT_H

#include <glib.h>
#include <jansson.h>
#include "lab/guest/guest.h"
#include "lab/run/counters.h"

/* One case in one boot: what its guest said and how it ended. */
struct pb_attempt {
	const char *id;
	guint boot;		   /* from 0 */
	json_t *measured;	   /* the case as the agent wrote it, or NULL */
	json_t *regions;	   /* PB_EVENT_REGIONS of it, taken out; or NULL */
	json_t *environment;	   /* what the agent said of its machine, or NULL */
	json_t *failure;	   /* a member of failures[], or NULL */
	json_t *vcpus;		   /* [[vcpu, cpu]...] as they were bound, or NULL */
	json_t *reached;	   /* see pb_watch_reached(), or NULL */
	struct pb_counted counted; /* of the emulated processor, if it was wanted */
	char *profile_folder;	   /* where its profile was written, below the result; or NULL */
};
void pb_attempt_clear(struct pb_attempt *attempt);

/* The ids of the cases that the agent began with before @end, in order; owned by the array. */
GPtrArray *pb_begun_cases(const struct pb_guest_end *end);

/*
 * Reads the events of @end that are about its case into @attempt. A guest that failed, an agent
 * that crashed and a case without a result each become a failure; so no case is ever just not
 * there. Of several cases in a guest that failed, those that were finished before the last one keep
 * their result.
 * @console: name of the console's file beside result.json.
 */
void pb_attempt_fill(struct pb_attempt *attempt, const struct pb_guest_end *end,
		     const char *console);

/*
 * The member of cases[] for one case out of its attempts, one a boot, in boot order:
 * sample lists side by side and summarised. It is ok only if every boot was.
 */
json_t *pb_collect_case(const struct pb_attempt *attempts, guint boots);

#endif
