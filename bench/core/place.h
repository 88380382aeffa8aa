/* Where the cases of a plan run: on which processors, with memory of which NUMA node. */
#ifndef PINBENCH_PLACE_H
#define PINBENCH_PLACE_H

#include <jansson.h>
#include <stddef.h>

#define PLACE_MOST_CPUS 1024

struct place {
	int cpus[PLACE_MOST_CPUS]; /* as the kernel numbers them; a case begins on the first */
	size_t cpu_count;	   /* 0: wherever the scheduler puts it */
	int numa_node;		   /* -1: wherever memory is */
};

/* Nothing is said: everything is allowed. */
void place_init(struct place *ret_place);
/*
 * The plan's "place": {"cpus":[N,...],"numa_node":N}, both optional; @value may be NULL. 0, or
 * -EINVAL with the reason: no such CPU, none that this process may use, too many, no such node.
 */
int place_read(const json_t *value, struct place *ret_place, char *ret_why, size_t why_bytes);
/* Every CPU that this process may use, in order: what a place is that names none. */
void place_take_allowed(struct place *place);
/*
 * Puts the calling process on the first CPU, and its future memory on the node. Those that it
 * starts inherit both. 0, or -errno with the reason.
 */
int place_apply(const struct place *place, char *ret_why, size_t why_bytes);
/* As place_read() takes it. Ownership goes to the caller. */
json_t *place_to_json(const struct place *place);

#endif
