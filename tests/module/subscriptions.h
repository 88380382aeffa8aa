/*
 * How many subscriptions to address spaces there are. The kernel shows them nowhere, so it is asked
 * to count the calls that make and end them.
 */
#ifndef PINBENCH_TESTS_SUBSCRIPTIONS_H
#define PINBENCH_TESTS_SUBSCRIPTIONS_H

#include <stdint.h>

/* Counts from now on, until the program ends. 0 or -errno: no probes in this kernel. */
int subscriptions_watch(void);
/* Those that were made since, less those that were ended. */
int64_t subscriptions_now(void);

#endif
