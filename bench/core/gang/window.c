/* What workers did while all of them were at it: see window.h. */
#include <errno.h>
#include <stdlib.h>
#include "bench/core/gang/window.h"

#define PARTS	   10
#define MOST_COLD  (PARTS / 2)
#define COLD_SHARE 0.75

int gang_overlap(const struct gang_track *tracks, size_t count, struct gang_window *ret_window)
{
	struct gang_window w = {.from_ns = 0, .to_ns = UINT64_MAX};

	for (size_t i = 0; i < count; i++) {
		const struct gang_track *t = &tracks[i];

		if (t->count < 2)
			return -ENODATA;
		if (t->marks[0] > w.from_ns)
			w.from_ns = t->marks[0];
		if (t->marks[t->count - 1] < w.to_ns)
			w.to_ns = t->marks[t->count - 1];
	}
	if (!count || w.from_ns >= w.to_ns)
		return -ENODATA;
	*ret_window = w;
	return 0;
}

/* The last mark that is not after @at, but never the last of all. */
static size_t mark_before(const struct gang_track *track, uint64_t at)
{
	size_t low = 0, high = track->count - 1;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (track->marks[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Passes done by then. */
static double progress(const struct gang_track *track, uint64_t at)
{
	size_t i = mark_before(track, at);
	uint64_t took = track->marks[i + 1] - track->marks[i];

	if (!took)
		return (double)(i + 1);
	return (double)i + (double)(at - track->marks[i]) / (double)took;
}

double gang_passes(const struct gang_track *track, const struct gang_window *window)
{
	return progress(track, window->to_ns) - progress(track, window->from_ns);
}

static uint64_t edge(const struct gang_window *w, int part)
{
	return w->from_ns + (w->to_ns - w->from_ns) * (uint64_t)part / PARTS;
}

static double passes_of_part(const struct gang_track *tracks, size_t count,
			     const struct gang_window *w, int part)
{
	struct gang_window slice = {edge(w, part), edge(w, part + 1)};
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += gang_passes(&tracks[i], &slice);
	return sum;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct gang_window gang_warm(const struct gang_track *tracks, size_t count,
			     const struct gang_window *window)
{
	double later[PARTS - MOST_COLD], usual;
	int cold = 0;

	for (int i = 0; i < PARTS - MOST_COLD; i++)
		later[i] = passes_of_part(tracks, count, window, MOST_COLD + i);
	qsort(later, PARTS - MOST_COLD, sizeof(*later), compare_double);
	usual = later[(PARTS - MOST_COLD) / 2];
	while (cold < MOST_COLD && passes_of_part(tracks, count, window, cold) < COLD_SHARE * usual)
		cold++;
	return (struct gang_window){edge(window, cold), window->to_ns};
}
