/* A function's instructions with how often each ran. */
#ifndef PINBENCH_LAB_PROFILE_ANNOTATE_H
#define PINBENCH_LAB_PROFILE_ANNOTATE_H

#include "reports/profile/profile.h"

struct pb_annotate_inputs {
	const struct pb_profile *profile; /* with lines */
	const char *function;		  /* folded name, or one of a symbol */
	const char *vmlinux;
	const char *module;
	const char *agent;
};

/*
 * Disassembles every symbol of the function with objdump, and puts beside each instruction what one
 * operation of each metric executed of it. What the kernel patched at run time is shown as it ran.
 * The text is for the caller to free. PB_EXIT_USAGE if the function was not executed: the message
 * names those that were most.
 */
int pb_annotate(const struct pb_annotate_inputs *inputs, char **ret_text, GError **ret_error);

#endif
