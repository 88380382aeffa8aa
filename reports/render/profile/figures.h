/* The figures of a profile as all its renderers show them: as the cost of one operation. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FIGURES_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FIGURES_H

#include "reports/profile/profile.h"

/* @count over the operations; @count as it is if there were none. */
double pb_profile_per_operation(const struct pb_profile_region *region, double count);

/* "insn/page", or "insn" if there were no operations; "samples". To be freed. */
char *pb_profile_unit(const struct pb_profile_region *region);

/* "12.5%"; of nothing at all, "0.0%". To be freed. */
char *pb_profile_share(double part, double whole);

/* The figure that the metric has: without the clock and the empty calls. */
double pb_profile_figure(const struct pb_profile_region *region);

/* "12.5% ±1.5%" of samples, with the standard error. To be freed. */
char *pb_profile_sampled_share(guint64 part, guint64 whole);

/* "of the measured calls", "outside the measured calls". */
const char *pb_profile_region_words(const struct pb_profile_region *region);

/*
 * "512 samples of the measured calls, 38.2% of 1340; one each 200000 ns of cpu-clock", and that
 * they are few, if they are. To be freed.
 */
char *pb_profile_samples_words(const struct pb_profile *profile,
			       const struct pb_profile_region *region);

#endif
