/* Options that all commands which measure have, and how they end. */
#ifndef PINBENCH_LAB_COMMAND_SHARED_H
#define PINBENCH_LAB_COMMAND_SHARED_H

#include <stdbool.h>

#include "lab/run/run.h"

/* Number of entries that pb_shared_entries() writes, its end included. */
#define PB_SHARED_ENTRIES 9

struct pb_shared {
	char *profile; /* NULL: not given; so are the next two */
	char *out;
	char *evidence;
	int boots;
	int jobs;
	int hang_seconds;
	gboolean json;
	gboolean quiet;
};

/* compare and series: --min-effect in percent, by default the one that fits the evidence. */
#define PB_MIN_EFFECT_BY_EVIDENCE (-G_MAXDOUBLE)
#define PB_MIN_EFFECT_ENTRY(percent)                                                              \
	{                                                                                         \
		"min-effect", 0, 0, G_OPTION_ARG_DOUBLE, percent,                                 \
			"Smallest delta that is worth a verdict, in percent (counted 0.1, timed " \
			"1)",                                                                     \
			"PERCENT"                                                                 \
	}
int pb_shared_check_effect(double percent, GError **ret_error);

/* Commands that measure one kernel: --kernel. */
#define PB_DEFAULT_KERNEL "6.12"
#define PB_KERNEL_HELP	  "Which kernel: 6.12, /path/to/linux, /path/to/linux@REV, each +PATCH (6.12)"

/* The defaults. */
void pb_shared_init(struct pb_shared *shared);
void pb_shared_clear(struct pb_shared *shared);

/* Fills @entries so that parsing writes to @shared. */
void pb_shared_entries(struct pb_shared *shared, GOptionEntry entries[PB_SHARED_ENTRIES]);

/* Whether --boots was given. */
bool pb_shared_has_boots(const struct pb_shared *shared);

/*
 * Checks the values, and copies them to @run; without --out it is results/TIME-NAME.
 * PB_EXIT_USAGE for a value that cannot be.
 */
int pb_shared_apply(struct pb_shared *shared, const char *name, struct pb_run_options *run,
		    GError **ret_error);

/* Width of the terminal on standard output; 0 if it is none. */
int pb_shared_columns(void);

/*
 * How a command that measured ends: with --json the file @json of @directory, else what @print
 * says of it. Returns @err if that is set; what cannot be printed is an error only if it is not.
 */
typedef int (*pb_shared_print_fn)(const char *directory, GError **ret_error);
int pb_shared_finish(const struct pb_shared *shared, const char *directory, const char *json,
		     pb_shared_print_fn print, int err, GError **ret_error);

#endif
