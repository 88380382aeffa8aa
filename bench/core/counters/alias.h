/* perf's own short names, which are the same on every machine. */
#ifndef PINBENCH_COUNTERS_ALIAS_H
#define PINBENCH_COUNTERS_ALIAS_H

#include "bench/core/counters/event.h"
#include "bench/core/counters/names.h"

/* 0, or -ENOENT: it is none of them. */
int alias_find(const char *name, struct counter_event *ret_event);
void alias_each(name_taker take, void *context);

#endif
