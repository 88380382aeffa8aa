/* The benchmarks describing themselves. */
#ifndef PINBENCH_LIST_H
#define PINBENCH_LIST_H

#include <jansson.h>

/* [{"name","summary","path","inside","outside","metrics","params","needs","machine","hazard"}] */
json_t *list_to_json(void);

#endif
