/* The result document: docs/result-format.md. */
#ifndef PINBENCH_LAB_DOCUMENT_H
#define PINBENCH_LAB_DOCUMENT_H

#include "lab/run/schedule.h"

struct pb_document_times {
	gint64 monotonic;
	char started[32]; /* ISO 8601, UTC */
};
void pb_document_times_start(struct pb_document_times *times);

struct pb_document_inputs {
	const char *command;
	const char *evidence;
	guint boots;
	const GPtrArray *boot_starts; /* of strings; empty for counted evidence */
	const struct pb_catalog *catalog;
	const struct pb_plan *plan;
	const struct pb_kernel *kernel;
	struct pb_station *const *station_of;
	const struct pb_attempt *attempts; /* see schedule.h */
	const struct pb_document_times *times;
	gboolean interrupted;
	unsigned int counters; /* bits of enum pb_counters */
};

/* *ret_document: to be freed with json_decref. */
int pb_document_build(const struct pb_document_inputs *inputs, json_t **ret_document,
		      GError **ret_error);

#endif
