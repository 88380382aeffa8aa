/* Candidates of the screen, judged by E-divisive's statistic between their neighbours. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_statistics_double.h>

#include "reports/stats/edivisive.h"
#include "reports/stats/energy.h"
#include "reports/stats/quantile.h"
#include "reports/stats/screen.h"

/* What an estimate may be short of the least effect, at most; and in standard errors. */
#define EFFECT_SHARE  0.5
#define EFFECT_ERRORS 4

#define LEVEL_TAIL 0.025

/* Beyond, the correlation is a step's or a ramp's rather than the noise's. */
#define MOST_CORRELATION 0.8

/* Bisecting hardly ever finds more in a third round. */
#define ROUNDS 3

/*
 * By so much stricter is Student's t where values are correlated: measured, so that of flat series
 * with r = 0.3 about 1 % have a false step.
 */
#define STRICT 200

/* The same for what makes the power of pb_edivisive_detectable() what it says: measured. */
#define DETECTABLE 64

#define NEARBY		    32
#define NEARBY_PERMUTATIONS 199

#define POWER 0.8

const struct pb_edivisive_options pb_edivisive_usual = {5, 0.001, 1999, 0.01, 1};

enum state {
	NEW,
	WEIGHED, /* by the screen */
	GOOD,
	BAD,
};

struct place {
	guint at;
	enum state state;
	double t2, p;
	double inflation; /* of the variance of means */
};

struct search {
	const struct pb_edivisive_options *options;
	guint count, least;
	double effect, level;
	/* Of t squared: for the screen, and for correlated values. */
	double limit, strict;
	double *x;		/* logarithms */
	double *clipped, *work; /* of one segment */
	struct pb_energy *energy;
	GArray *places; /* struct place, in order */
};

static struct place *place_at(const struct search *search, guint i)
{
	return &g_array_index(search->places, struct place, i);
}

static guint segment_start(const struct search *search, guint i)
{
	return i ? place_at(search, i - 1)->at : 0;
}

static guint segment_end(const struct search *search, guint i)
{
	return i + 1 < search->places->len ? place_at(search, i + 1)->at : search->count;
}

struct range {
	guint from, to;
};

static struct range around(const struct search *search, guint i)
{
	guint at = place_at(search, i)->at;
	guint from = segment_start(search, i), to = segment_end(search, i);

	return (struct range){
		at > PB_SCREEN_REACH ? MAX(from, at - PB_SCREEN_REACH) : from,
		MIN(to, at + PB_SCREEN_REACH),
	};
}

static void clip(const struct search *search, struct range range)
{
	pb_screen_clip(search->x + range.from, range.to - range.from, search->effect,
		       search->clipped, search->work);
}

/* Segments that are too short for two have no split. */
static bool has_room(const struct search *search, struct range range)
{
	return range.to - range.from >= 2 * search->least;
}

static void weigh(struct search *search, guint i)
{
	struct place *place = place_at(search, i);
	struct range range = around(search, i);
	struct pb_screen_split split;

	place->state = BAD;
	place->t2 = 0;
	if (!has_room(search, range))
		return;
	clip(search, range);
	split = pb_screen_split(search->clipped, range.to - range.from, search->least);
	place->at = range.from + split.at;
	place->t2 = split.t2;
	if (split.t2 >= search->limit)
		place->state = WEIGHED;
}

/* By how much the variance of means is larger than that of independent values. */
static double inflation_of(const double *x, guint count, guint at)
{
	double left = gsl_stats_mean(x, 1, at), right = gsl_stats_mean(x + at, 1, count - at);
	double squares = 0, products = 0, last = 0, r;

	for (guint i = 0; i < count; i++) {
		double residual = x[i] - (i < at ? left : right);

		squares += residual * residual;
		products += residual * last;
		last = residual;
	}
	if (!(squares > 0))
		return 1;
	r = CLAMP(products / squares, 0, MOST_CORRELATION);
	return (1 + r) / (1 - r);
}

struct level {
	double median, variance;
	guint count;
};

static double median_of(const struct search *search, const double *values, guint from, guint to)
{
	memcpy(search->work, values + from, (to - from) * sizeof(*values));
	return gsl_stats_median(search->work, 1, to - from);
}

static struct level level_of(const struct search *search, guint from, guint to)
{
	struct level ret = {.count = to - from};

	clip(search, (struct range){from, to});
	ret.variance = gsl_stats_variance(search->clipped, 1, ret.count);
	ret.median = median_of(search, search->x, from, to);
	return ret;
}

static bool has_effect(const struct search *search, guint i)
{
	const struct place *place = place_at(search, i);
	struct level before = level_of(search, segment_start(search, i), place->at);
	struct level after = level_of(search, place->at, segment_end(search, i));
	double n = before.count, m = after.count;
	double effect = fabs(after.median - before.median);
	double pooled = ((n - 1) * before.variance + (m - 1) * after.variance) / (n + m - 2);
	double error = sqrt(M_PI_2 * place->inflation * pooled * (1 / n + 1 / m));

	return effect > 0 && effect >= EFFECT_SHARE * search->effect &&
	       effect + EFFECT_ERRORS * error >= search->effect;
}

/* Permutations know nothing of it. */
static bool is_correlation(const struct search *search, const struct place *place)
{
	return place->inflation > 1 && place->t2 < search->strict * place->inflation;
}

/*
 * Most steps are so clear that few values on either side, and few permutations, will do. Asking for
 * a tenth of the level, this adds next to nothing to false steps.
 */
static double p_nearby(struct search *search, struct range range, guint at)
{
	guint from = at > NEARBY ? MAX(range.from, at - NEARBY) : range.from;
	guint to = MIN(range.to, at + NEARBY);
	struct pb_energy_test test = {search->level / 10, NEARBY_PERMUTATIONS,
				      search->options->seed + from};
	struct pb_energy_split split = pb_energy_split(
		search->energy, search->clipped + (from - range.from), to - from, search->least);

	return pb_energy_p(search->energy, split, &test);
}

static void judge(struct search *search, guint i)
{
	struct place *place = place_at(search, i);
	struct range range = around(search, i);
	guint count = range.to - range.from;
	struct pb_energy_split split;
	struct pb_energy_test test = {search->level, search->options->permutations,
				      search->options->seed + range.from};

	place->state = BAD;
	if (!has_room(search, range))
		return;
	clip(search, range);
	split = pb_energy_split(search->energy, search->clipped, count, search->least);
	place->at = range.from + split.at;
	place->t2 = pb_screen_at(search->clipped, count, split.at).t2;
	place->inflation = inflation_of(search->clipped, count, split.at);
	if (is_correlation(search, place) || !has_effect(search, i))
		return;
	/* The effect's segments were others. */
	clip(search, range);
	place->p = p_nearby(search, range, place->at);
	if (place->p > search->level / 10) {
		split = pb_energy_split(search->energy, search->clipped, count, search->least);
		place->p = pb_energy_p(search->energy, split, &test);
	}
	if (place->p <= search->level)
		place->state = GOOD;
}

/* The weakest of what is bad, or -1. */
static int weakest(const struct search *search)
{
	int ret = -1;

	for (guint i = 0; i < search->places->len; i++) {
		const struct place *place = place_at(search, i);

		if (place->state == BAD &&
		    (ret < 0 || place->t2 < place_at(search, (guint)ret)->t2))
			ret = (int)i;
	}
	return ret;
}

/* Returns whether there was one. */
static bool remove_weakest(struct search *search)
{
	int i = weakest(search);

	if (i < 0)
		return false;
	g_array_remove_index(search->places, (guint)i);
	if (i > 0)
		place_at(search, (guint)i - 1)->state = NEW;
	if ((guint)i < search->places->len)
		place_at(search, (guint)i)->state = NEW;
	return true;
}

static void each_in(struct search *search, enum state state, void (*act)(struct search *, guint))
{
	for (guint i = 0; i < search->places->len; i++) {
		if (place_at(search, i)->state == state)
			act(search, i);
	}
}

/* Until all are good. What the screen alone can do comes first, for it is cheap. */
static void settle(struct search *search)
{
	do {
		do
			each_in(search, NEW, weigh);
		while (remove_weakest(search));
		each_in(search, WEIGHED, judge);
	} while (remove_weakest(search));
}

/* Adds a place in each segment that may hold one; returns whether there are any. */
static bool bisect(struct search *search)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct place));
	guint before = search->places->len, start = 0;
	bool found;

	for (guint i = 0; i <= before; i++) {
		guint end = i < before ? place_at(search, i)->at : search->count;
		struct range range = {start, end};
		struct pb_screen_split split;

		start = end;
		if (has_room(search, range) && range.to - range.from <= 2 * PB_SCREEN_REACH) {
			clip(search, range);
			split = pb_screen_split(search->clipped, range.to - range.from,
						search->least);
			if (split.t2 >= search->limit) {
				struct place place = {.at = range.from + split.at};

				g_array_append_val(places, place);
			}
		}
		if (i < before)
			g_array_append_val(places, *place_at(search, i));
	}
	found = places->len > before;
	g_array_unref(search->places);
	search->places = places;
	return found;
}

static void find(struct search *search)
{
	g_autoptr(GArray) chosen = pb_screen_places(search->x, search->count, search->least,
						    search->effect, search->limit);

	for (guint i = 0; i < chosen->len; i++) {
		struct place place = {.at = g_array_index(chosen, guint, i)};

		g_array_append_val(search->places, place);
	}
	settle(search);
	for (guint round = 0; round < ROUNDS; round++) {
		guint before = search->places->len;

		if (!bisect(search))
			break;
		settle(search);
		if (search->places->len <= before)
			break;
		/* Their neighbours are others now. */
		for (guint i = 0; i < search->places->len; i++)
			place_at(search, i)->state = NEW;
		settle(search);
	}
}

static void describe(const struct search *search, guint i, const double *values,
		     struct pb_change_point *ret)
{
	const struct place *place = place_at(search, i);
	guint start = segment_start(search, i), end = segment_end(search, i);
	struct level before = level_of(search, start, place->at);
	struct level after = level_of(search, place->at, end);
	double scale = M_PI_2 * place->inflation;
	double a = scale * before.variance / before.count, b = scale * after.variance / after.count;
	double freedom =
		(a + b) * (a + b) / (a * a / (before.count - 1) + b * b / (after.count - 1));
	double half = a + b > 0 ? gsl_cdf_tdist_Qinv(LEVEL_TAIL, freedom) * sqrt(a + b) : 0;
	double ln;

	ret->at = place->at;
	ret->p = MAX(place->p, 1.0 / (search->options->permutations + 1));
	ret->from = median_of(search, values, start, place->at);
	ret->to = median_of(search, values, place->at, end);
	ln = log(ret->to / ret->from);
	ret->low = expm1(ln - half);
	ret->high = expm1(ln + half);
}

/* Caller frees. NULL if a value is not positive and finite. */
static double *logarithms(const double *values, guint count)
{
	g_autofree double *ret = g_new(double, count);

	for (guint i = 0; i < count; i++) {
		if (!(values[i] > 0) || !isfinite(values[i]))
			return NULL;
		ret[i] = log(values[i]);
	}
	return g_steal_pointer(&ret);
}

guint pb_edivisive(const double *values, guint count, const struct pb_edivisive_options *options,
		   struct pb_change_point **ret_points)
{
	g_autofree double *x = logarithms(values, count);
	g_autofree double *clipped = g_new(double, count), *work = g_new(double, count);
	g_autoptr(pb_energy) energy = pb_energy_new(2 * PB_SCREEN_REACH);
	struct search search = {.options = options, .count = count};
	guint found;

	*ret_points = NULL;
	search.least = MAX(options->min_segment, 2);
	if (!x || count / 2 < search.least)
		return 0;
	search.effect = log1p(options->min_effect);
	search.level = options->significance / MAX(1, count / (2.0 * PB_SCREEN_REACH));
	/* As if there were but one place to test: the best of many needs more. */
	search.limit = gsl_pow_2(gsl_cdf_ugaussian_Qinv(search.level / 2));
	search.strict = gsl_pow_2(gsl_cdf_ugaussian_Qinv(search.level / STRICT / 2));
	search.x = x;
	search.clipped = clipped;
	search.work = work;
	search.energy = energy;
	search.places = g_array_new(FALSE, FALSE, sizeof(struct place));
	find(&search);
	found = search.places->len;
	if (found)
		*ret_points = g_new0(struct pb_change_point, found);
	for (guint i = 0; i < found; i++)
		describe(&search, i, values, &(*ret_points)[i]);
	g_array_unref(search.places);
	return found;
}

double pb_edivisive_detectable(const double *values, guint count,
			       const struct pb_change_point *points, guint point_count, guint runs)
{
	g_autofree double *x = logarithms(values, count), *sizes = NULL;
	double deviation, inflation, freedom = 2.0 * runs - 2, t;

	if (!x || count < 2 || runs < 2)
		return NAN;
	for (guint i = 0, start = 0; i <= point_count; i++) {
		guint end = i < point_count ? points[i].at : count;
		double median = pb_median(x + start, end - start);

		for (; start < end; start++)
			x[start] -= median;
	}
	sizes = g_new(double, count);
	for (guint i = 0; i < count; i++)
		sizes[i] = fabs(x[i]);
	deviation = 1.4826 * gsl_stats_median(sizes, 1, count);
	for (guint i = 0; i < count; i++)
		x[i] = CLAMP(x[i], -5 * deviation, 5 * deviation);
	inflation = inflation_of(x, count, count / 2);
	t = gsl_cdf_tdist_Qinv(pb_edivisive_usual.significance / DETECTABLE, freedom) +
	    gsl_cdf_tdist_Pinv(POWER, freedom);
	return 100 * expm1(t * deviation * sqrt(2 * inflation / runs));
}
