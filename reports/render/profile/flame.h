/*
 * Flame graphs of a profile, and of what a patch changed in it: SVG files that need nothing
 * else, to be opened in a browser or put into a page. Instructions for one operation, or samples.
 * Light and dark as the reader has it; no script. To be freed.
 */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FLAME_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FLAME_H

#include "reports/profile/profile.h"

/* Colours are for where the code is. */
char *pb_render_flame(const struct pb_profile *profile, const struct pb_profile_region *region);

/* The same for a page that has flame.css: any number of them can be in one. */
char *pb_render_flame_inside(const struct pb_profile *profile,
			     const struct pb_profile_region *region);

/*
 * Colours are for the change of what a function does itself; the figures are in the labels, too.
 * Places are matched by the functions on the way there. Each has the larger of its two widths,
 * so that what the patch took away is still there to see. Of two sampled profiles the shares are
 * compared, and what differs within the noise of the samples has the colour of what does not
 * differ. Both profiles are of one kind.
 */
char *pb_render_flame_diff(const struct pb_profile *baseline,
			   const struct pb_profile_region *base_region,
			   const struct pb_profile *patched,
			   const struct pb_profile_region *patched_region);

#endif
