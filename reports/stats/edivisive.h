/*
 * Where the level of a series of noisy figures changed: E-divisive (Matteson and James, "A
 * Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", JASA 109, 2014)
 * with a permutation test and a minimum segment, on logarithms.
 *
 * Its cost would grow with the square of the series' length and more, so that it only looks where a
 * screen finds anything (screen.h). Each such place is then judged between its neighbours, by up to
 * 100 values on either side, clipped at five deviations so that a spike does not hide a step: the
 * place that E-divisive's statistic chooses there (energy.h), its permutation test, and its effect.
 * The weakest that fails goes, and its neighbours are judged again, until none fails. At last each
 * segment of up to 200 values is bisected once more.
 *
 * - Of a series longer than 200 values, the test's level is divided by count / 200: it has as many
 *   more chances to be wrong.
 * - Permutations take values for independent. Where residuals correlate with the next by r > 0,
 *   which makes the variance of a mean (1 + r) / (1 - r) times as large, t squared by as much less
 *   must still be beyond the test's level / 200. Without that 6 % of flat series of 100 values with
 *   r = 0.3 had a false step, with it 1 %. It costs a tenth of independent values' steps that are
 *   barely visible.
 * - With fewer than 14 values in two segments no p can be 0.001.
 * - A slow ramp becomes a few steps: one of 3 % over 100 values with a noise of 0.3 % three.
 */
#ifndef PINBENCH_REPORTS_STATS_EDIVISIVE_H
#define PINBENCH_REPORTS_STATS_EDIVISIVE_H

#include <glib.h>

struct pb_edivisive_options {
	guint min_segment;   /* points between change points, at least; and before and after; 2 or
				more */
	double significance; /* the largest p that is a change point */
	guint permutations;
	/*
	 * Of the ratio of levels, less one: 0.01 is 1 %. A change point whose effect is smaller
	 * beyond doubt (by 4 standard errors) is none, nor one of less than half of it. So a true
	 * step of just so much is found, though its estimate is as often below that as above: do
	 * not compare estimates with it once more.
	 */
	double min_effect;
	guint32 seed;
};

/* Five points, p 0.001, 1999 permutations, 1 %. */
extern const struct pb_edivisive_options pb_edivisive_usual;

struct pb_change_point {
	guint at; /* index of the first value of the new level */
	double p;
	double from, to; /* levels: medians of the segments before and after */
	/*
	 * 95 % interval of to / from - 1: Welch's t about the logarithm of the ratio, with clipped
	 * values' deviations, the variance of a median (pi / 2 that of a mean) and the correlation
	 * above.
	 */
	double low, high;
};

/*
 * The change points of @count positive @values, in order of index. Equal input gives equal output.
 * Time grows in proportion to @count. Returns how many; the caller frees *ret_points. None of a
 * series in which any value is not positive and finite.
 */
guint pb_edivisive(const double *values, guint count, const struct pb_edivisive_options *options,
		   struct pb_change_point **ret_points);

/*
 * The step in percent that @runs values before it and as many after would show, with a power of 80
 *% at p 0.001, in the noise of @values between @points:
 *
 *	100 (exp((T(1 - 0.001 / 64; 2 runs - 2) + T(0.8; 2 runs - 2)) s sqrt(2 c / runs)) - 1)
 *
 * T: quantiles of Student's t; 64: for the best of many places, measured; s: 1.4826 MAD of the
 * logarithms about their segments' medians; c: (1 + r) / (1 - r) as above. NAN for less than two
 * values or runs, or a value that is not positive and finite.
 */
double pb_edivisive_detectable(const double *values, guint count,
			       const struct pb_change_point *points, guint point_count, guint runs);

#endif
