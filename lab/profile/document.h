/* The profile of a case: profile.json and the files beside it. */
#ifndef PINBENCH_LAB_PROFILE_DOCUMENT_H
#define PINBENCH_LAB_PROFILE_DOCUMENT_H

#include "lab/profile/record.h"

struct pb_profile_inputs {
	const char *id;	    /* of the case */
	const char *kernel; /* SPEC */
	const char *release;
	guint repetitions;
	const struct pb_record *record; /* with a call graph */
	const GArray *regions;
	const struct pb_symbols *symbols;
};

/* The document: reports/profile/profile.h. */
json_t *pb_profile_build(const struct pb_profile_inputs *inputs);

/* In words, of the plugin's model of caches. */
#define PB_MODEL_WORDS                                                                          \
	"data only, least recently used goes first: L1d 32 KiB, 8 ways, by virtual address; "   \
	"LLC 2 MiB, 16 ways, by physical address; lines of 64 bytes; dTLB 64 entries, 4 ways, " \
	"pages of 4 KiB, the kernel's direct map and image in pages of 2 MiB; no prefetching, " \
	"no page walks, no instruction fetches; single flushes (invlpg) leave the dTLB alone"

/* The folder of a case below PB_PROFILE_DIR: its id in a form that is a file name. To be freed. */
char *pb_profile_folder(const char *id);

/*
 * Writes @profile to @out/PB_PROFILE_DIR/@folder: profile.json, and for each metric
 * METRIC.folded, METRIC.callgrind, METRIC.svg.
 */
int pb_profile_write(json_t *profile, const char *out, const char *folder, GError **ret_error);

#endif
