/* A station: one machine with one kernel, ready to run cases. */
#ifndef PINBENCH_LAB_RUN_STATION_H
#define PINBENCH_LAB_RUN_STATION_H

#include <stdbool.h>
#include "lab/guest/image.h"
#include "lab/profile/symbols.h"

/* What every guest of one machine shares. */
struct pb_station {
	struct pb_machine *machine;
	struct pb_image *image;
	GPtrArray *snapshots;	    /* one a boot, owned; the first is the image's own */
	struct pb_guest_end boot;   /* of the boot for a snapshot: why there is none */
	char *boot_console;	    /* the name of its console beside result.json */
	struct pb_symbols *symbols; /* if counters are wanted; and as the plugin reads them */
	char *symbols_text;
	const char *accelerator;  /* PB_ACCELERATOR_*; static */
	char *accelerator_reason; /* timed evidence: why it is not KVM, or NULL */
};
typedef struct pb_station pb_station;

/* What a station is made of; all borrowed, and only while it is made. */
struct pb_station_parts {
	const char *machine; /* its name */
	const struct pb_kernel *kernel;
	const char *module;
	const char *out; /* the result directory: the states of further boots lie there */
	bool counted;
	bool needs_symbols; /* for counters */
	guint boots;
	guint hang_seconds;
};

/* A machine that does not boot is no error: its station says so in ->boot. */
int pb_station_make(const struct pb_station_parts *parts, struct pb_progress *progress,
		    struct pb_station **ret_station, GError **ret_error);
/* Takes NULL. */
void pb_station_free(struct pb_station *station);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_station, pb_station_free)

#endif
