/*
 * Where a series could have steps at all, by Student's t of means on either side: cheap, in
 * proportion to the number of values, and far from strict.
 */
#ifndef PINBENCH_REPORTS_STATS_SCREEN_H
#define PINBENCH_REPORTS_STATS_SCREEN_H

#include <glib.h>

/* So many values on either side of a place say whether there is a step. */
#define PB_SCREEN_REACH 100

struct pb_screen_split {
	guint at;
	double t2; /* t squared; infinite if there is no noise */
	double difference;
};

/* The best split of @count values, with @least on each side. */
struct pb_screen_split pb_screen_split(const double *x, guint count, guint least);

/* Of the split at @at. */
struct pb_screen_split pb_screen_at(const double *x, guint count, guint at);

/*
 * @count values of @x into @ret, none further from their median than five standard deviations (of
 * 1.4826 MAD), or 1.5 @effect if that is more. @ret and @work have room for them. It does not
 * depend on the order of values, so a permutation test of @ret is exact.
 */
void pb_screen_clip(const double *x, guint count, double effect, double *ret, double *work);

/*
 * Places of @x where a step of @effect could be, in order, @least apart. Windows of 5, 10, 20 and
 * 40 times @least, each overlapping by half and the last of them up to the end (seeded intervals:
 * S. Kovacs et al., "Seeded binary segmentation", Biometrika 110, 2023), are clipped and split at
 * the largest t; @limit is the least t^2. The caller unrefs the array of guint.
 */
GArray *pb_screen_places(const double *x, guint count, guint least, double effect, double limit);

#endif
