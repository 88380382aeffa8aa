/*
 * An event that the processor or the kernel counts, by its name: what perf_event_open() takes for
 * it. Names are those of perf ("page-faults", "dTLB-load-misses"), of libpfm4
 * ("INST_RETIRED:ANY_P"), of the machine's own lists ("cpu/mem-loads/") and of tracepoints
 * ("migrate:mm_migrate_pages").
 */
#ifndef PINBENCH_COUNTERS_EVENT_H
#define PINBENCH_COUNTERS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_NAME_BYTES 128

enum counter_kind {
	COUNTER_HARDWARE,
	COUNTER_SOFTWARE,
	COUNTER_TRACEPOINT,
};

struct counter_event {
	char name[COUNTER_NAME_BYTES];
	/* Half of an event, of user space's or of the kernel's part: its name; else "". */
	char whole[COUNTER_NAME_BYTES];
	uint32_t type; /* of struct perf_event_attr, as are the next */
	uint64_t config;
	uint64_t config1;
	uint64_t config2;
	bool exclude_user;
	bool exclude_kernel;
	enum counter_kind kind;
};

/*
 * The event of a name. 0; -ENODEV: it is known, and not of this machine, with the reason;
 * -ENOENT: nobody knows it, and the reason has those names that are nearest to it.
 */
int counter_event_find(const char *name, struct counter_event *ret_event, char *ret_why,
		       size_t why_bytes);

/* "hardware", "software", "tracepoint". */
const char *counter_kind_name(enum counter_kind kind);

#endif
