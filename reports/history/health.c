/* How far the figures of a history can be trusted: see health.h. */
#include "reports/history/health.h"

#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/stats/edivisive.h"
#include "reports/stats/quantile.h"

/* Fewer runs of a series in a period say nothing of its noise. */
#define LEAST_RUNS 5
/* What is detectable is said for that many runs before and after a step, as in pb_moves. */
#define DETECTING_RUNS 10

struct period {
	char *name;
	guint runs;
	GArray *detectable; /* double, of each series */
	GArray *spread;	    /* double, of each series */
};

/* One way to divide the runs. */
struct division {
	guint *period_of_run;
	GPtrArray *periods;
};

struct alike {
	const char *evidence;
	guint series, pairs, alarms;
	GArray *detectable;
};

struct pb_health {
	const struct pb_history_runs *runs;
	struct division by_release, by_month;
	struct alike alike[2];
};

static void period_free(gpointer data)
{
	struct period *period = data;

	g_free(period->name);
	g_array_unref(period->detectable);
	g_array_unref(period->spread);
	g_free(period);
}

static struct period *period_new(const char *name)
{
	struct period *period = g_new0(struct period, 1);

	period->name = g_strdup(name);
	period->detectable = g_array_new(FALSE, FALSE, sizeof(double));
	period->spread = g_array_new(FALSE, FALSE, sizeof(double));
	return period;
}

static void division_init(struct division *division, guint runs)
{
	division->period_of_run = g_new0(guint, runs + 1);
	division->periods = g_ptr_array_new_with_free_func(period_free);
}

static void count_runs(struct pb_health *h, struct division *division)
{
	for (guint i = 0; i < h->runs->count; i++) {
		struct period *period = division->periods->pdata[division->period_of_run[i]];

		period->runs += !strcmp(h->runs->runs[i].evidence, PB_EVIDENCE_TIMED);
	}
}

static void divide_by_release(struct pb_health *h, const struct pb_releases *releases)
{
	division_init(&h->by_release, h->runs->count);
	for (guint i = 0; i < releases->count; i++) {
		const struct pb_release *release = &releases->list[i];

		g_ptr_array_add(h->by_release.periods, period_new(release->name));
		for (guint k = release->first_run; k < release->end_run; k++)
			h->by_release.period_of_run[k] = i;
	}
	count_runs(h, &h->by_release);
}

static int compare_names(gconstpointer left, gconstpointer right)
{
	const struct period *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static void divide_by_month(struct pb_health *h)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char **months = g_new0(char *, h->runs->count + 1);

	division_init(&h->by_month, h->runs->count);
	for (guint i = 0; i < h->runs->count; i++) {
		char *month = g_strndup(h->runs->runs[i].started, strlen("2026-11"));

		if (g_hash_table_add(known, month))
			g_ptr_array_add(h->by_month.periods, period_new(month));
		months[i] = g_strndup(h->runs->runs[i].started, strlen("2026-11"));
	}
	g_ptr_array_sort(h->by_month.periods, compare_names);
	for (guint i = 0; i < h->by_month.periods->len; i++) {
		const struct period *period = h->by_month.periods->pdata[i];

		g_hash_table_insert(known, g_strdup(period->name), GUINT_TO_POINTER(i));
	}
	for (guint i = 0; i < h->runs->count; i++) {
		gpointer at = g_hash_table_lookup(known, months[i]);

		h->by_month.period_of_run[i] = GPOINTER_TO_UINT(at);
		g_free(months[i]);
	}
	count_runs(h, &h->by_month);
}

struct pb_health *pb_health_new(const struct pb_history_runs *runs,
				const struct pb_releases *releases)
{
	struct pb_health *h = g_new0(struct pb_health, 1);

	h->runs = runs;
	h->alike[0].evidence = PB_EVIDENCE_COUNTED;
	h->alike[1].evidence = PB_EVIDENCE_TIMED;
	for (gsize i = 0; i < G_N_ELEMENTS(h->alike); i++)
		h->alike[i].detectable = g_array_new(FALSE, FALSE, sizeof(double));
	divide_by_release(h, releases);
	divide_by_month(h);
	return h;
}

void pb_health_free(struct pb_health *health)
{
	if (!health)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(health->alike); i++)
		g_array_unref(health->alike[i].detectable);
	g_free(health->by_release.period_of_run);
	g_ptr_array_unref(health->by_release.periods);
	g_free(health->by_month.period_of_run);
	g_ptr_array_unref(health->by_month.periods);
	g_free(health);
}

/* The points of a series in one period, one after the other, with the jumps between them. */
struct part {
	GArray *values;	 /* double */
	GArray *changes; /* struct pb_change_point */
	guint level;	 /* of the last value */
	double spread;	 /* sum */
};

static void add_point(struct part *part, const struct pb_history_point *point, guint level)
{
	struct pb_change_point change = {.at = part->values->len};

	if (part->values->len && part->level != level)
		g_array_append_val(part->changes, change);
	part->level = level;
	part->spread += (point->high - point->low) / 2 / fabs(point->value) * 100;
	g_array_append_val(part->values, point->value);
}

static void end_part(struct part *part, struct period *period)
{
	double detectable = NAN, spread = part->spread / part->values->len;

	if (isfinite(spread) && spread > 0)
		g_array_append_val(period->spread, spread);
	if (part->values->len >= LEAST_RUNS)
		detectable =
			pb_edivisive_detectable((double *)part->values->data, part->values->len,
						(struct pb_change_point *)part->changes->data,
						part->changes->len, DETECTING_RUNS);
	if (isfinite(detectable))
		g_array_append_val(period->detectable, detectable);
	g_array_set_size(part->values, 0);
	g_array_set_size(part->changes, 0);
	part->spread = 0;
}

/* Points by period, and in order there. @ret_ends: where each period's end. */
static guint *sort_points(const struct division *division, const struct pb_history_series *series,
			  guint **ret_ends)
{
	guint periods = division->periods->len;
	guint *order = g_new(guint, series->count + 1), *ends = g_new0(guint, periods + 1);

	for (guint i = 0; i < series->count; i++)
		ends[division->period_of_run[series->points[i].run] + 1]++;
	for (guint i = 1; i <= periods; i++)
		ends[i] += ends[i - 1];
	for (guint i = 0; i < series->count; i++)
		order[ends[division->period_of_run[series->points[i].run]]++] = i;
	*ret_ends = ends;
	return order;
}

/* @levels: of each point, how many jumps are before it. */
static void take_division(struct division *division, const struct pb_history_series *series,
			  const guint *levels)
{
	g_autofree guint *ends = NULL;
	g_autofree guint *order = sort_points(division, series, &ends);
	struct part part = {
		.values = g_array_new(FALSE, FALSE, sizeof(double)),
		.changes = g_array_new(FALSE, FALSE, sizeof(struct pb_change_point)),
	};
	guint at = 0;

	for (guint i = 0; i < division->periods->len; i++) {
		if (at == ends[i])
			continue;
		for (; at < ends[i]; at++)
			add_point(&part, &series->points[order[at]], levels[order[at]]);
		end_part(&part, division->periods->pdata[i]);
	}
	g_array_unref(part.values);
	g_array_unref(part.changes);
}

static guint *levels_of(const struct pb_history_series *series, const struct pb_moves *moves)
{
	guint *levels = g_new(guint, series->count + 1);
	guint step = 0, level = 0;

	for (guint i = 0; i < series->count; i++) {
		for (; step < moves->step_count && moves->steps[step].after <= i; step++)
			level += moves->steps[step].kind == PB_STEP_JUMP;
		levels[i] = level;
	}
	return levels;
}

void pb_health_take(struct pb_health *health, const struct pb_history_series *series,
		    const struct pb_moves *moves)
{
	bool is_timed = !strcmp(series->evidence, PB_EVIDENCE_TIMED);
	struct alike *alike = &health->alike[is_timed];
	g_autofree guint *levels = NULL;

	alike->series++;
	alike->pairs += moves->alike_pairs;
	alike->alarms += moves->alike_alarms;
	if (isfinite(moves->detectable_percent))
		g_array_append_val(alike->detectable, moves->detectable_percent);
	if (!is_timed)
		return;
	levels = levels_of(series, moves);
	take_division(&health->by_release, series, levels);
	take_division(&health->by_month, series, levels);
}

static double quantile(const GArray *values, double share)
{
	return values->len ? pb_quantile((double *)values->data, values->len, share) : NAN;
}

/* Wilson's interval of a share: it holds for few pairs and for no alarm, too. */
static void set_interval(struct pb_health_alike *alike)
{
	const double z = 1.959963985;
	double n = alike->pairs, p = alike->alarms / n;
	double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	alike->percent = p * 100;
	alike->low_percent = alike->alarms ? (middle - half) * 100 : 0;
	alike->high_percent = MIN(middle + half, 1) * 100;
}

GArray *pb_health_alike(const struct pb_health *health)
{
	GArray *ret = g_array_new(FALSE, TRUE, sizeof(struct pb_health_alike));

	for (gsize i = 0; i < G_N_ELEMENTS(health->alike); i++) {
		const struct alike *from = &health->alike[i];
		struct pb_health_alike alike = {
			.evidence = from->evidence,
			.series = from->series,
			.pairs = from->pairs,
			.alarms = from->alarms,
			.percent = NAN,
			.low_percent = NAN,
			.high_percent = NAN,
			.detectable_percent = quantile(from->detectable, 0.5),
		};

		if (alike.pairs)
			set_interval(&alike);
		g_array_append_val(ret, alike);
	}
	return ret;
}

static void clear_period(gpointer data)
{
	struct pb_health_period *period = data;

	g_free(period->name);
}

static GArray *periods_of(const struct division *division)
{
	GArray *ret = g_array_new(FALSE, TRUE, sizeof(struct pb_health_period));

	g_array_set_clear_func(ret, clear_period);
	for (guint i = 0; i < division->periods->len; i++) {
		const struct period *from = division->periods->pdata[i];
		struct pb_health_period period = {
			.name = g_strdup(from->name),
			.runs = from->runs,
			.series = from->detectable->len,
			.detectable_percent = quantile(from->detectable, 0.5),
			.worst_percent = quantile(from->detectable, 0.9),
			.spread_percent = quantile(from->spread, 0.5),
		};

		g_array_append_val(ret, period);
	}
	return ret;
}

GArray *pb_health_by_release(const struct pb_health *health)
{
	return periods_of(&health->by_release);
}

GArray *pb_health_by_month(const struct pb_health *health)
{
	return periods_of(&health->by_month);
}
