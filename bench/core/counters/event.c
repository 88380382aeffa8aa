/* An event by its name: see event.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include "bench/core/counters/alias.h"
#include "bench/core/counters/event.h"
#include "bench/core/counters/names.h"
#include "bench/core/counters/pfm.h"
#include "bench/core/counters/pmu.h"
#include "bench/core/counters/tracefs.h"

#define NEAR_BYTES 512

/* Where names are looked for, in this order. Return as counter_event_find() does, or -EACCES. */
typedef int (*source)(const char *name, struct counter_event *ret_event, char *ret_why,
		      size_t why_bytes);

/* "cycles:u", "cycles:k" as well: the part of one side. */
static int find_alias(const char *name, struct counter_event *ret_event, char *ret_why,
		      size_t why_bytes)
{
	const char *colon = strchr(name, ':');
	bool user = colon && !strcmp(colon, ":u"), kernel = colon && !strcmp(colon, ":k");
	char bare[COUNTER_NAME_BYTES];
	int err;

	snprintf(bare, sizeof(bare), "%.*s",
		 user || kernel ? (int)(colon - name) : (int)strlen(name), name);
	err = alias_find(bare, ret_event);
	if (!err) {
		ret_event->exclude_user = kernel;
		ret_event->exclude_kernel = user;
	}
	return err;
}

static int find_of_machine(const char *name, struct counter_event *ret_event, char *ret_why,
			   size_t why_bytes)
{
	int err = pmu_event_find(name, ret_event);

	if (err == -ENODEV)
		snprintf(ret_why, why_bytes, "this machine has no such event source");
	return err;
}

static int find_tracepoint(const char *name, struct counter_event *ret_event, char *ret_why,
			   size_t why_bytes)
{
	uint64_t id;
	int err = tracefs_id(name, &id);

	if (!err)
		*ret_event = (struct counter_event){.type = PERF_TYPE_TRACEPOINT, .config = id};
	else if (err != -ENOENT)
		snprintf(ret_why, why_bytes,
			 "tracefs is not mounted and cannot be mounted for a moment, which takes "
			 "root and CONFIG_TRACING: %s",
			 strerror(-err));
	return !err || err == -ENOENT ? err : -EACCES;
}

static int find_by_library(const char *name, struct counter_event *ret_event, char *ret_why,
			   size_t why_bytes)
{
	char pmu[256];
	int err = pfm_event_find(name, ret_event, pmu, sizeof(pmu));

	if (err == -ENODEV)
		snprintf(ret_why, why_bytes, "of another processor than this machine's: %s", pmu);
	return err;
}

static enum counter_kind kind_of(const struct counter_event *event)
{
	if (event->type == PERF_TYPE_SOFTWARE)
		return COUNTER_SOFTWARE;
	return event->type == PERF_TYPE_TRACEPOINT ? COUNTER_TRACEPOINT : COUNTER_HARDWARE;
}

int counter_event_find(const char *name, struct counter_event *ret_event, char *ret_why,
		       size_t why_bytes)
{
	static const source sources[] = {find_alias, find_of_machine, find_tracepoint,
					 find_by_library};
	char near[NEAR_BYTES];
	int err = -ENOENT, best = -ENOENT;

	*ret_why = '\0';
	if (strlen(name) >= COUNTER_NAME_BYTES)
		name = "";
	for (size_t i = 0; *name && err && i < sizeof(sources) / sizeof(sources[0]); i++) {
		err = sources[i](name, ret_event, ret_why, why_bytes);
		/* What may be a tracepoint that cannot be looked up is no unknown name. */
		if (err && err != -ENOENT)
			best = -ENODEV;
	}
	if (!err) {
		ret_event->kind = kind_of(ret_event);
		snprintf(ret_event->name, sizeof(ret_event->name), "%s", name);
		return 0;
	}
	if (best == -ENODEV)
		return best;
	names_near(name, near, sizeof(near));
	snprintf(ret_why, why_bytes,
		 "no event '%s'; near to it: %s ('pinbench-agent events TEXT' lists those with "
		 "TEXT in their name)",
		 name, near);
	return -ENOENT;
}

const char *counter_kind_name(enum counter_kind kind)
{
	static const char *const names[] = {
		[COUNTER_HARDWARE] = "hardware",
		[COUNTER_SOFTWARE] = "software",
		[COUNTER_TRACEPOINT] = "tracepoint",
	};

	return names[kind];
}
