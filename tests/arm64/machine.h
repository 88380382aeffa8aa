/*
 * An arm64 machine under QEMU, whose processor has a PMU. Virtual time advances one ns per
 * executed instruction, and that PMU counts just those.
 */
#ifndef PINBENCH_TESTS_ARM64_MACHINE_H
#define PINBENCH_TESTS_ARM64_MACHINE_H

#include <glib.h>
#include <jansson.h>

struct arm64_machine {
	char *kernel;
	char *agent; /* built for it */
	char *init;
};

/* Builds the agent and init with what arm64_packages() gave. To be cleared in any case. */
int arm64_machine_build(const char *root, struct arm64_machine *ret_machine, GError **ret_error);
void arm64_machine_clear(struct arm64_machine *machine);

/*
 * Boots it and has the agent run each of the plans (text, in this order, NULL ends them). An array
 * with a list of the agent's events for each plan; the caller's. An agent that failed, or a machine
 * that did not get to the end of all plans, is an error with what was on the console.
 */
int arm64_machine_run(const struct arm64_machine *machine, const char *const *plans,
		      json_t **ret_events, GError **ret_error);

#endif
