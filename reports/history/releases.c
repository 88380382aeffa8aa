/* Kernels by name, and what each series was on each: see releases.h. */
#include "reports/history/releases.h"

#include <math.h>
#include <string.h>

#include "reports/history/limits.h"
#include "reports/stats/paired.h"
#include "reports/stats/quantile.h"

static int newest_long_term(const struct pb_releases *all, guint at)
{
	for (guint i = at; i-- > 0;) {
		if (all->list[i].is_long_term && strcmp(all->list[i].branch, all->list[at].branch))
			return (int)i;
	}
	return -1;
}

void pb_releases_of(const struct pb_history_runs *runs, struct pb_releases *ret_releases)
{
	GArray *list = g_array_new(FALSE, TRUE, sizeof(struct pb_release));

	for (guint first = 0, end; first < runs->count; first = end) {
		const struct pb_history_run *run = &runs->runs[first];
		struct pb_release release = {
			.name = run->name,
			.branch = run->branch,
			.is_long_term = pb_branch_is_long_term(run->branch),
			.first_run = first,
			.previous = (int)list->len - 1,
		};

		for (end = first + 1; end < runs->count; end++) {
			if (strcmp(runs->runs[end].name, run->name))
				break;
		}
		release.end_run = end;
		g_array_append_val(list, release);
	}
	ret_releases->count = list->len;
	ret_releases->list = (struct pb_release *)g_array_free(list, FALSE);
	for (guint i = 0; i < ret_releases->count; i++)
		ret_releases->list[i].long_term = newest_long_term(ret_releases, i);
}

void pb_releases_clear(struct pb_releases *releases)
{
	g_free(releases->list);
	*releases = (struct pb_releases){0};
}

/* Of several runs, each of which has boots of its own, the run is the replicate. */
static void set_median(const struct pb_history_point *points, guint count,
		       struct pb_release_level *level)
{
	g_autofree double *values = g_new(double, count), *ln = g_new(double, count);
	struct pb_paired t;

	for (guint i = 0; i < count; i++) {
		values[i] = points[i].value;
		ln[i] = log(points[i].value);
	}
	level->value = pb_median(values, count);
	level->low = pb_min(values, count);
	level->high = pb_max(values, count);
	if (pb_paired_t(ln, count, &t) || !isfinite(t.ci95.low))
		return;
	level->low = MIN(level->value, exp(t.ci95.low));
	level->high = MAX(level->value, exp(t.ci95.high));
}

static void set_level(const struct pb_history_series *series, guint first, guint end,
		      struct pb_release_level *level)
{
	const struct pb_history_point *newest;

	if (end == first)
		return;
	newest = &series->points[end - 1];
	level->points = end - first;
	level->last_run = newest->run;
	level->value = newest->value;
	level->low = newest->low;
	level->high = newest->high;
	if (!series->is_exact && end - first > 1)
		set_median(series->points + first, end - first, level);
}

struct pb_release_level *pb_release_levels(const struct pb_history_series *series,
					   const struct pb_releases *releases)
{
	struct pb_release_level *levels = g_new0(struct pb_release_level, releases->count + 1);
	guint first = 0;

	for (guint i = 0; i < releases->count; i++) {
		guint end = first;

		while (end < series->count && series->points[end].run < releases->list[i].end_run)
			end++;
		set_level(series, first, end, &levels[i]);
		first = end;
	}
	return levels;
}

struct pb_release_change pb_release_change(const struct pb_history_series *series,
					   const struct pb_history_runs *runs,
					   const struct pb_release_level *from,
					   const struct pb_release_level *to)
{
	struct pb_release_change change = {0};
	enum pb_apparatus differs;

	if (!from->points || !to->points)
		return change;
	change.is_known = pb_history_alike(series, &runs->runs[from->last_run],
					   &runs->runs[to->last_run], &differs);
	change.is_unclear = !change.is_known;
	change.percent = pb_percent(from->value, to->value);
	change.matters = pb_history_is_worth(series, from->value, to->value) &&
			 (series->is_exact || from->high < to->low || to->high < from->low);
	change.worse = (to->value > from->value) != series->higher_is_better;
	return change;
}
