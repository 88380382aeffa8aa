#ifndef X_H
#define X_H
#include <glib.h>
#include <jansson.h>
int pb_native_topology(json_t **ret, GError **ret_error);
int pb_native_choose_cpus(const char *list, int numa_node, GArray **ret_cpus, GError **ret_error);
#endif
