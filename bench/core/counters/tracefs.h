/*
 * Tracepoints by name. Where tracefs is not mounted, a child of this process mounts it for itself
 * alone, in a mount namespace that ends with it: nothing is left on the machine.
 */
#ifndef PINBENCH_COUNTERS_TRACEFS_H
#define PINBENCH_COUNTERS_TRACEFS_H

#include <stdint.h>
#include "bench/core/counters/names.h"

/*
 * The number of tracepoint "SYSTEM:EVENT". 0; -ENOENT: the kernel has no such one; or what keeps
 * tracefs from being read: -EACCES (who is not root cannot), -ENODEV (the kernel has none).
 */
int tracefs_id(const char *name, uint64_t *ret_id);

/* Each tracepoint. 0, or -errno as above. */
int tracefs_each(name_taker take, void *context);

#endif
