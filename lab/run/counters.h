/*
 * Counters of the emulated processor, and the profile: what is wanted of them, and how a plugin of
 * QEMU gives it.
 */
#ifndef PINBENCH_LAB_RUN_COUNTERS_H
#define PINBENCH_LAB_RUN_COUNTERS_H

#include "lab/guest/guest.h"
#include "lab/profile/record.h"

enum pb_counters {
	PB_COUNTERS_EXACT = 1 << 0,   /* sums for each measured region */
	PB_COUNTERS_PROFILE = 1 << 1, /* by function and caller too */
	PB_COUNTERS_MODEL = 1 << 2,   /* with a model of caches and of the TLB */
};

/* "exact", "profile", "model", several with commas; 0 or PB_EXIT_USAGE with what there is. */
int pb_counters_parse(const char *text, unsigned int *ret_counters, GError **ret_error);
/*
 * Names of events for timed evidence, with commas between them; what stands between two slashes is
 * one ("cpu/event=0x3c,umask=1/"). Whether there are such events is the agent's to say, where it
 * measures. *ret_names is g_strfreev()'s.
 */
int pb_counter_events_parse(const char *text, char ***ret_names, GError **ret_error);
/* They as the plan's "counters". */
json_t *pb_counter_events_json(char *const *names);
/* {"kinds":[...],"model":words or null}: environment.counters of a result. */
json_t *pb_counters_json(unsigned int counters);

/* What one guest counted. */
struct pb_counted {
	json_t *counters; /* members for cases[].counters */
	json_t *profile;  /* a document, or NULL */
	char *error;	  /* why there is neither */
};
void pb_counted_clear(struct pb_counted *counted);

/* Makes @guest load the plugin; @input is pb_symbols_text() and is borrowed. */
void pb_counters_attach(struct pb_guest *guest, unsigned int counters, const char *input);

struct pb_counted_inputs {
	unsigned int counters;
	const char *output;    /* of the plugin */
	const json_t *regions; /* of the agent's case; NULL: it was not measured */
	const struct pb_symbols *symbols;
	const char *id, *kernel, *release;
	guint repetitions;
};
/* What it says is wrong with the output is in ->error: the figures are there all the same. */
void pb_counted_read(const struct pb_counted_inputs *inputs, struct pb_counted *ret_counted);

#endif
