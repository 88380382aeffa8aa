/* What the plugin wrote and what the agent said of its regions, read together. */
#ifndef PINBENCH_LAB_PROFILE_RECORD_H
#define PINBENCH_LAB_PROFILE_RECORD_H

#include <stdbool.h>
#include <glib.h>
#include <jansson.h>
#include "lab/guest/plugin/events.h"
#include "lab/profile/symbols.h"
#include "pinbench/marker.h"

/* A context of the call graph. */
struct pb_record_node {
	int region;
	int parent;   /* index, or -1 */
	int function; /* of struct pb_symbols, or enum pseudo_function */
	guint64 calls;
	guint64 counts[EVENTS];
};

struct pb_record_insn {
	int region;
	guint64 address;
	guint64 count;
	char bytes[32]; /* hexadecimal */
};

struct pb_record_region {
	guint64 calls;
	guint64 counts[EVENTS];
};

struct pb_record {
	bool has_graph;
	bool has_model;
	struct pb_record_region regions[PINBENCH_REGIONS];
	GArray *nodes; /* struct pb_record_node, parents first */
	GArray *insns; /* struct pb_record_insn, by region and address */
};
typedef struct pb_record pb_record;

/*
 * Reads the plugin's text. The error says what is wrong with it: it was cut short (the guest was
 * killed), or is damaged.
 */
int pb_record_read(const char *text, bool has_graph, bool has_model, struct pb_record **ret_record,
		   GError **ret_error);
/* Takes NULL. */
void pb_record_free(struct pb_record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_record, pb_record_free)

/* How many events it has: with a model all, else the exact ones. */
int pb_record_events(const struct pb_record *record);
const char *pb_event_name(int event);

/* A region as the agent has it: a member of PB_EVENT_REGIONS. */
struct pb_region {
	int number;
	int empty; /* the region of empty calls, which show what the clock costs of each event */
	const char *metric, *per; /* borrowed */
	guint64 calls;
	guint64 total;	 /* instructions between the readings of the clock */
	double overhead; /* of each call, no part of the figure */
	guint64 operations;
};
/* Regions that were measured, of @list; to be freed. */
GArray *pb_regions_read(const json_t *list);

/*
 * Does the plugin agree with the guest's own figures? It counts no more than they, and fewer only
 * where the guest waited, and nothing ran. String instructions that faulted, which the plugin
 * counts once too often, are taken off. @ret_error says which region it is.
 */
int pb_record_check(struct pb_record *record, const GArray *regions, GError **ret_error);

/* What the clock and empty calls took of an event in all calls of a region. */
guint64 pb_record_overhead(const struct pb_record *record, const struct pb_region *region,
			   int event);

/* Members of cases[].counters: "METRIC.EVENT", per operation, without the overhead. */
json_t *pb_record_counters(const struct pb_record *record, const GArray *regions);

#endif
