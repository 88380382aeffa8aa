/* A profile as folded stacks, which the flame graph programs of others read. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FOLDED_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FOLDED_H

#include "reports/profile/profile.h"

/*
 * "root;caller;callee COUNT\n" for each node with instructions of its own, in the order of
 * nodes; they sum to the region's insns. ';', blanks and control characters of a name are '_'.
 * To be freed.
 */
char *pb_render_folded(const struct pb_profile_region *region);

#endif
