/* A quantile without interpolation, for code on both sides of the result format. */
#ifndef PINBENCH_QUANTILE_H
#define PINBENCH_QUANTILE_H

#include <stddef.h>

/*
 * Index of the p-quantile (0 < p <= 1) in count > 0 sorted values by nearest rank:
 * the smallest value with at least the share p of all values at or below it
 * (Hyndman and Fan 1996, definition 1). It is always a value that was measured.
 */
static inline size_t pb_quantile_index(size_t count, double p)
{
	/* 0.07 * 100 is a hair above 7: such a hair must not move the rank. */
	double rank = p * (double)count - 1e-9 * (double)count;
	size_t index = rank > 0 ? (size_t)rank : 0;

	if ((double)index < rank)
		index++;
	if (index > count)
		index = count;
	return index ? index - 1 : 0;
}

#endif
