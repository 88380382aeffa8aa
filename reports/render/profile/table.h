/* The functions of a profile as a table for a terminal. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_TABLE_H
#define PINBENCH_REPORTS_RENDER_PROFILE_TABLE_H

#include "reports/profile/profile.h"

/*
 * A row for each of the @most functions with the most instructions of their own, a line for the
 * rest of them, one for the clock and the empty calls, and the figure that remains. All for one
 * operation. A column for locked instructions if there were any. To be freed.
 */
char *pb_render_profile_text(const struct pb_profile *profile,
			     const struct pb_profile_region *region, guint most);

#endif
