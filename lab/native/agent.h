/* The agent on this machine: a plan in, a result directory out. */
#ifndef PINBENCH_LAB_NATIVE_AGENT_H
#define PINBENCH_LAB_NATIVE_AGENT_H

#include <glib.h>
#include <jansson.h>

#include "lab/util/progress.h"

/* The plan, kept in the result directory. */
#define PB_AGENT_PLAN_FILE "plan.json"

struct pb_agent_run {
	const char *agent;	      /* the program */
	const json_t *plan;	      /* as the agent's session.h has it */
	const char *out;	      /* the result directory, which exists */
	const char *scratch;	      /* where cases put their files */
	const char *const *devices;   /* ROLE=NAME, NULL-terminated; or NULL */
	guint steps;		      /* cases in all rounds: of the progress */
	struct pb_progress *progress; /* a stage of it is open */
};

/*
 * Runs it. 0 where it left a result; what was finished also where it was interrupted (-EINTR). Of
 * PB_EXIT_USAGE where the plan asks for what there is not, with the agent's words.
 */
int pb_agent_run(const struct pb_agent_run *run, GError **ret_error);

#endif
