/*
 * What a process can do with shared buffers, subscriptions and what is mapped, each at random: the
 * verbs of hostile_random.c.
 */
#ifndef PINBENCH_TESTS_HOSTILE_VERBS_H
#define PINBENCH_TESTS_HOSTILE_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One process in one sequence. */
struct player {
	int fd;		/* /dev/pinbench, of this sequence; -1: closed */
	int common;	/* another one, which all processes have */
	int buffer;	/* -1: closed */
	bool is_shared; /* other processes have it, or its memory, too */
	size_t bytes;
	char *map; /* of the buffer, or NULL */
};

struct verb {
	const char *name;
	bool (*act)(struct player *p); /* whether it was done; being refused is no mistake */
	unsigned int weight;
	bool is_rare; /* of some kernels only */
};

#define NR_VERBS 23
extern const struct verb verbs[NR_VERBS];

/* Below @end, from random(). */
uint32_t below(uint32_t end);
/* A buffer of any kind, or -1. All that are of a BAR are of the same memory. */
int make_buffer(int fd, size_t *ret_bytes, bool *ret_is_bar);
/* What cannot be touched is skipped from now on: SIGBUS and SIGSEGV do not end this process. */
void survive_faults(void);

#endif
