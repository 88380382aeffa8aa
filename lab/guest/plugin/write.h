/* Writing what was counted: the text that events.h describes. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_WRITE_H
#define PINBENCH_LAB_GUEST_PLUGIN_WRITE_H

#include <stdbool.h>

/* A file that cannot be written lacks its last line, and the lab sees that. */
void write_profile(const char *path, bool has_graph, bool has_model);

#endif
