/*
 * Where the level of a series of noisy figures changed: E-divisive (Matteson and James, "A
 * Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", JASA 109, 2014)
 * with a permutation test and a minimum segment.
 */
#ifndef PINBENCH_REPORTS_STATS_EDIVISIVE_H
#define PINBENCH_REPORTS_STATS_EDIVISIVE_H

#include <glib.h>

struct pb_edivisive_options {
	guint min_segment;   /* points between change points, at least; and before and after */
	double significance; /* the largest p that is a change point */
	guint permutations;
	double min_effect; /* of the ratio of levels, less one: 0.01 is 1 %; smaller ones are none
			    */
	guint32 seed;
};

/* Five points, p 0.001, 1999 permutations, 1 %. */
extern const struct pb_edivisive_options pb_edivisive_usual;

struct pb_change_point {
	guint at; /* index of the first value of the new level */
	double p;
	double from, to;  /* levels: medians of the segments before and after */
	double low, high; /* 95 % interval of to / from - 1 */
};

/*
 * The change points of @count positive @values, in order of index. Equal input gives equal output.
 * Time grows in proportion to @count. Returns how many; the caller frees *ret_points.
 */
guint pb_edivisive(const double *values, guint count, const struct pb_edivisive_options *options,
		   struct pb_change_point **ret_points);

/*
 * The smallest step, in percent, that @runs values before and after it would show, given the noise
 * within the segments of @values. NAN if there are too few values to know the noise.
 */
double pb_edivisive_detectable(const double *values, guint count,
			       const struct pb_change_point *points, guint point_count, guint runs);

#endif
