/*
 * The profile of one case: pinbench-profile/1, as docs/result-format.md has it. Every number is a
 * count over all measured repetitions. In an exact profile it counts events; divided by the
 * region's operations it is the cost of one. In a sampled one it counts samples, of which only
 * the share means something: reports/profile/samples.h.
 */
#ifndef PINBENCH_REPORTS_PROFILE_PROFILE_H
#define PINBENCH_REPORTS_PROFILE_PROFILE_H

#include <stdbool.h>
#include <glib.h>
#include <jansson.h>

#define PB_PROFILE_SCHEMA "pinbench-profile/1"
#define PB_PROFILE_FILE	  "profile.json"
#define PB_PROFILE_DIR	  "profile" /* of a result: a folder for each case */

/* "unit" of a sampled profile, and its only event. */
#define PB_PROFILE_SAMPLES "samples"
/* Its regions, which are of no metric: below the measured calls, and all else. */
#define PB_PROFILE_MEASURED "measured"
#define PB_PROFILE_OUTSIDE  "outside"

/* The event that all others stand beside: an instruction, REP iterations included; or a sample. */
#define PB_PROFILE_INSNS 0

struct pb_profile_function {
	char *name;	    /* folded: without .isra.0, .constprop.0, .cold, .part.0 */
	char *file;	    /* "gup.c", as the symbol table has it; "" if unknown */
	char *where;	    /* "kernel", "module", "user"; "" for what is no code: "[interrupts]" */
	guint64 calls;	    /* how often it was come to */
	guint64 *self;	    /* one number an event */
	guint64 *inclusive; /* with all that it called; recursion counts once */
};

/* A function in one place of the call graph. */
struct pb_profile_node {
	guint function;
	gint parent; /* index of a node that stands before it; -1: a root */
	guint64 calls;
	guint64 *self;
};

/* An instruction that was executed. */
struct pb_profile_line {
	guint function;
	char *symbol;	/* as the linker has it, with its suffix */
	guint64 offset; /* of it, in bytes */
	guint64 count;
	char *bytes; /* as hexadecimal digits */
	char *text;  /* disassembled; "" if the emulator cannot */
};

/* What was measured for one metric. */
struct pb_profile_region {
	char *metric;	    /* "pin" */
	char *per;	    /* "page": what an operation is */
	guint64 operations; /* in all repetitions */
	guint64 calls;	    /* measured calls */
	bool sampled;	    /* as the profile; then there are no operations, calls and lines */
	guint64 insns;	    /* between the two readings of the clock, all calls: what self sums to;
			       samples */
	guint64 overhead_insns; /* of these, the clock and an empty call: not in the figure */
	guint64 *overhead;	/* the same for each event */
	GPtrArray *functions;	/* struct pb_profile_function, by self, largest first */
	GPtrArray *nodes;	/* struct pb_profile_node, parents first */
	GPtrArray *lines;	/* struct pb_profile_line, by function and offset */
};

struct pb_profile {
	char *id;     /* of the case */
	char *kernel; /* spec */
	char *release;
	guint repetitions;
	bool sampled;
	char *event;	   /* what a sample was taken by: "cpu-clock"; NULL of an exact one */
	guint64 period;	   /* after so many of it a sample is taken */
	char *period_unit; /* "ns", "cycles"; or NULL */
	guint64 wanted;	   /* samples below the measured calls that it takes to say anything */
	char *model;	   /* in words, of the events that a model made; NULL: there are none */
	char **events;	   /* names: "insns", "rep_iterations", "loads", ... */
	guint event_count;
	GPtrArray *regions; /* struct pb_profile_region */
};
typedef struct pb_profile pb_profile;

/*
 * Reads @directory/profile.json. Every index is checked. 0, or -errno with PB_EXIT_USAGE: no
 * such file, no JSON, another schema, a key that is missing or of another type; the message
 * names the file and what is wrong with it.
 */
int pb_profile_load(const char *directory, struct pb_profile **ret_profile, GError **ret_error);
/* The same from a document; @what names it in messages. Borrows @root. */
int pb_profile_read(const json_t *root, const char *what, struct pb_profile **ret_profile,
		    GError **ret_error);
/* Takes NULL. */
void pb_profile_free(struct pb_profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_profile, pb_profile_free)

/* Index of an event by name; -1 if the profile has none of it. */
gint pb_profile_event(const struct pb_profile *profile, const char *name);

/* The region of a metric; NULL if there is none. */
const struct pb_profile_region *pb_profile_find(const struct pb_profile *profile,
						const char *metric);

#endif
