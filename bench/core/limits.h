/* What a case may take of a machine that is not its own. */
#ifndef PINBENCH_LIMITS_H
#define PINBENCH_LIMITS_H

#include <jansson.h>
#include <stdint.h>

struct limits {
	uint64_t memory_bytes; /* of each process of a case, pinned or not; 0: none */
	unsigned int seconds;  /* of a case; 0: none */
};

/*
 * The plan's "limits": {"memory_bytes":N,"seconds":N}, both optional; @value may be NULL. What it
 * does not say stays as it is. 0, or -EINVAL with the reason.
 */
int limits_read(const json_t *value, struct limits *limits, char *ret_why, size_t why_bytes);
/* A quarter of the machine's memory, and two minutes: for a machine in use. */
void limits_default(struct limits *ret_limits);
/*
 * Of the calling process, which is a case's: an allocation beyond the first is refused with ENOMEM
 * (RLIMIT_AS: what is not mapped cannot be pinned), and it dies of SIGALRM after the second.
 */
void limits_apply(const struct limits *limits);
json_t *limits_to_json(const struct limits *limits);

#endif
