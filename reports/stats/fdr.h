/* Many tests at once: how many of what is called a difference may be none. Pure functions. */
#ifndef PINBENCH_REPORTS_STATS_FDR_H
#define PINBENCH_REPORTS_STATS_FDR_H

#include <stddef.h>

/*
 * The q value of each of @count p values into @ret_q, which has room for as many and may be
 * @p itself: the smallest false discovery rate at which that test counts (Y. Benjamini and
 * Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal Statistical
 * Society B 57, 1995, as the step-up procedure read backwards: q of rank k of m is the least of
 * p_j m / j over the ranks j >= k). Equal p have equal q, whatever their order. What is no
 * probability (NAN, below 0, above 1) was no test: its q is NAN, and it is not counted in m.
 * Returns m.
 */
size_t pb_fdr_q(const double *p, size_t count, double *ret_q);

#endif
