/*
 * Order statistics. Pure functions: the input is never changed, and its order
 * does not matter. All of them return NAN for no values; the unit of the result
 * is that of the values. Values must not be NAN.
 */
#ifndef PINBENCH_REPORTS_STATS_QUANTILE_H
#define PINBENCH_REPORTS_STATS_QUANTILE_H

#include <stddef.h>

double pb_min(const double *values, size_t count);
double pb_max(const double *values, size_t count);

/* The middle value, or the mean of the two middle ones. */
double pb_median(const double *values, size_t count);

/*
 * The nearest-rank quantile: the smallest value that at least the fraction @p of
 * all values does not exceed, so always one that was really observed. This is
 * definition 1 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical
 * Packages", The American Statistician 50 (1996), 361-365. @p is clamped to
 * [0, 1]; 0 gives the minimum, 1 the maximum.
 */
double pb_quantile(const double *values, size_t count, double p);

#endif
