/* A profile in callgrind's format, for callgrind_annotate and KCachegrind. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_CALLGRIND_H
#define PINBENCH_REPORTS_RENDER_PROFILE_CALLGRIND_H

#include "reports/profile/profile.h"

/*
 * All counts, over all repetitions: the format has whole numbers only. Above the roots stands a
 * function named for the metric, "[pin]", which costs nothing itself. A call that comes back to
 * a function that has not returned costs nothing more: what it costs is in the first call of
 * that function. So the calls that a function gets sum to its inclusive cost. To be freed.
 */
char *pb_render_callgrind(const struct pb_profile *profile, const struct pb_profile_region *region);

#endif
