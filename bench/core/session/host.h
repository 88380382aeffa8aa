/* The machine that the agent is on, in the result's words. */
#ifndef PINBENCH_BENCH_SESSION_HOST_H
#define PINBENCH_BENCH_SESSION_HOST_H

#include <jansson.h>

/*
 * environment.kernel, .machine, .cpu, .memory and .toolchain of a native result, as members of one
 * object that belongs to the caller. What the machine does not tell is "unknown": the kernel's
 * configuration, which is not the agent's to look for, among it.
 */
json_t *host_describe(void);

#endif
