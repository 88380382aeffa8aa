/* From what came out of guests to result.json. */
#ifndef PINBENCH_LAB_COLLECT_H
#define PINBENCH_LAB_COLLECT_H

#include <glib.h>
#include <jansson.h>
#include "lab/guest/guest.h"

/* One case in one boot: what its guest said and how it ended. */
struct pb_attempt {
	const char *id;
	guint boot;	     /* from 0 */
	json_t *measured;    /* the case as the agent wrote it, or NULL */
	json_t *environment; /* what the agent said of its machine, or NULL */
	json_t *failure;     /* a member of failures[], or NULL */
};
void pb_attempt_clear(struct pb_attempt *attempt);

/*
 * Reads the events of @end into @attempt. A guest that failed, an agent that crashed and
 * a case without a result each become a failure; so no case is ever just not there.
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
