/* A screen for steps over windows of several lengths. */
#include <math.h>

#include <gsl/gsl_statistics_double.h>

#include "reports/stats/screen.h"

#define SHORTEST 5 /* windows, in least segments */
#define SCALES	 4

#define CLIP 5.0
/* So many values say well enough where to clip; medians take most of the time. */
#define ENOUGH 40

#define MAD_TO_SD 1.4826

/* A mean of clipped values is less than what it stands for. */
#define EFFECT_SHARE 0.5

/* Of the sum of squares, what is rounding. */
#define ROUNDING 1e-12

/* With the median and deviation of every @stride-th value. */
static void clip(const double *x, guint count, guint stride, double effect, double *ret,
		 double *work)
{
	guint kept = (count + stride - 1) / stride;
	double median, limit;

	for (guint i = 0; i < kept; i++)
		work[i] = x[i * stride];
	median = gsl_stats_median(work, 1, kept);
	for (guint i = 0; i < kept; i++)
		work[i] = fabs(x[i * stride] - median);
	limit = MAX(CLIP * MAD_TO_SD * gsl_stats_median(work, 1, kept), 1.5 * effect);
	/* With neither noise nor an effect to go by, as it is. */
	if (!(limit > 0))
		limit = INFINITY;
	for (guint i = 0; i < count; i++)
		ret[i] = CLAMP(x[i], median - limit, median + limit);
}

void pb_screen_clip(const double *x, guint count, double effect, double *ret, double *work)
{
	clip(x, count, 1, effect, ret, work);
}

static double mean_of(const double *x, guint count)
{
	double sum = 0;

	for (guint i = 0; i < count; i++)
		sum += x[i];
	return sum / count;
}

static struct pb_screen_split split_of(const double *x, guint count, guint at, double sum,
				       double mean)
{
	double n = at, m = count - at;
	double between = sum * sum * count / (n * m), all = 0, within;

	for (guint i = 0; i < count; i++)
		all += (x[i] - mean) * (x[i] - mean);
	within = MAX(all - between, 0);
	if (all <= count * mean * mean * ROUNDING * ROUNDING)
		return (struct pb_screen_split){at, 0, 0};
	return (struct pb_screen_split){
		at,
		within > all * ROUNDING ? between * (count - 2) / within : INFINITY,
		-sum * count / (n * m),
	};
}

struct pb_screen_split pb_screen_at(const double *x, guint count, guint at)
{
	double mean = mean_of(x, count), sum = 0;

	for (guint i = 0; i < at; i++)
		sum += x[i] - mean;
	return split_of(x, count, at, sum, mean);
}

struct pb_screen_split pb_screen_split(const double *x, guint count, guint least)
{
	double mean = mean_of(x, count), sum = 0, best_sum = 0, best = -1;
	guint at = least;

	for (guint k = 1; k + least <= count; k++) {
		double between;

		sum += x[k - 1] - mean;
		if (k < least)
			continue;
		between = sum * sum / ((double)k * (count - k));
		if (between > best) {
			best = between;
			best_sum = sum;
			at = k;
		}
	}
	return split_of(x, count, at, best_sum, mean);
}

struct windows {
	const double *x;
	guint least;
	double effect, limit;
	double *clipped, *work;
	GArray *splits; /* struct pb_screen_split */
};

static void screen_window(const struct windows *windows, guint start, guint length)
{
	struct pb_screen_split split;

	clip(windows->x + start, length, MAX(length / ENOUGH, 1), windows->effect, windows->clipped,
	     windows->work);
	split = pb_screen_split(windows->clipped, length, windows->least);
	if (split.t2 < windows->limit || fabs(split.difference) < EFFECT_SHARE * windows->effect)
		return;
	split.at += start;
	g_array_append_val(windows->splits, split);
}

static void screen_scale(const struct windows *windows, guint count, guint length)
{
	guint start;

	for (start = 0; start + length < count; start += length / 2)
		screen_window(windows, start, length);
	screen_window(windows, count - length, length);
}

static int by_t2(const void *left, const void *right)
{
	const struct pb_screen_split *a = left, *b = right;

	if (a->t2 != b->t2)
		return a->t2 < b->t2 ? 1 : -1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Of those nearer than @least to one another the strongest. */
static GArray *choose(GArray *splits, guint count, guint least)
{
	GArray *ret = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree guint8 *taken = g_new0(guint8, count + 1);

	g_array_sort(splits, by_t2);
	for (guint i = 0; i < splits->len; i++) {
		guint at = g_array_index(splits, struct pb_screen_split, i).at;
		guint from = at >= least ? at - least + 1 : 0, to = MIN(at + least, count);
		guint near = 0;

		for (guint k = from; k < to; k++)
			near += taken[k];
		if (!near)
			taken[at] = 1;
	}
	for (guint i = 0; i < count; i++) {
		if (taken[i])
			g_array_append_val(ret, i);
	}
	return ret;
}

GArray *pb_screen_places(const double *x, guint count, guint least, double effect, double limit)
{
	guint longest = MIN(count, SHORTEST * least << (SCALES - 1));
	g_autofree double *clipped = g_new(double, longest), *work = g_new(double, longest);
	g_autoptr(GArray) splits = g_array_new(FALSE, FALSE, sizeof(struct pb_screen_split));
	struct windows windows = {x, least, effect, limit, clipped, work, splits};

	for (guint scale = 0; scale < SCALES; scale++) {
		guint length = MIN(count, SHORTEST * least << scale);

		screen_scale(&windows, count, length);
		if (length == count)
			break;
	}
	return choose(splits, count, least);
}
