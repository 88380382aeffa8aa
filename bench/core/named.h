/* Devices that whoever starts the agent names for a role: "provider=0000:03:00.0". */
#ifndef PINBENCH_NAMED_H
#define PINBENCH_NAMED_H

#include <stddef.h>

#define NAMED_MOST 8

struct named {
	struct {
		char role[32];
		const char *name; /* borrowed */
	} devices[NAMED_MOST];
	size_t count;
};

/* ROLE=NAME, which must outlive @named. 0, or -EINVAL if it is none or there are too many. */
int named_add(struct named *named, const char *text);
/* The last one of this role, or NULL. Takes NULL. */
const char *named_find(const struct named *named, const char *role);

#endif
