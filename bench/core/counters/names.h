/* The names of events, from wherever they come, and which of them are near to another one. */
#ifndef PINBENCH_COUNTERS_NAMES_H
#define PINBENCH_COUNTERS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef void (*name_taker)(const char *name, void *context);

/*
 * Every name: perf's own, those of the machine's lists, tracepoints where they can be read, and
 * libpfm4's for the processors that are here; with @everywhere for all that it knows.
 */
void names_each(bool everywhere, name_taker take, void *context);

/* How many letters to put in, leave out or exchange make one of the other; case is all the same. */
size_t names_distance(const char *a, const char *b);

/* "a, b, c": three to five that are nearest to @name. */
void names_near(const char *name, char *ret_list, size_t bytes);

#endif
