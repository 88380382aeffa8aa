/*
 * What workers did while all of them were at it: pure arithmetic on the times at which their passes
 * ended.
 */
#ifndef PINBENCH_BENCH_GANG_WINDOW_H
#define PINBENCH_BENCH_GANG_WINDOW_H

#include <stddef.h>
#include <stdint.h>

/* One worker: marks[0] is when its first pass began, marks[n] when its n-th ended. Ascending. */
struct gang_track {
	const uint64_t *marks; /* ns */
	size_t count;
};

/* From ... to, ns of the marks' clock. */
struct gang_window {
	uint64_t from_ns;
	uint64_t to_ns;
};

/* From the latest beginning to the earliest end. -ENODATA: they never all worked. */
int gang_overlap(const struct gang_track *tracks, size_t count, struct gang_window *ret_window);

/*
 * How many passes a worker did in a window that its marks span. A pass that an edge cuts counts by
 * the share of its time that lies inside: else what a worker waits for at an edge would be no part
 * of its time.
 */
double gang_passes(const struct gang_track *track, const struct gang_window *window);

/*
 * The window without its slow beginning: of ten equal parts, the first ones go in which all workers
 * together did less than three quarters of what is usual in the second half (its median). At most
 * half goes.
 */
struct gang_window gang_warm(const struct gang_track *tracks, size_t count,
			     const struct gang_window *window);

#endif
