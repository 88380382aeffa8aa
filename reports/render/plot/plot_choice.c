/* Which plots a result is worth: one family and primary metric after the other. */
#include <math.h>
#include <string.h>

#include "reports/render/plot/plot_choice.h"
#include "reports/render/plot/plot_hold.h"
#include "reports/render/text.h"

#define FEWEST_OF_A_CURVE 4

/* All points of one family and metric. */
struct subject {
	char *family;
	const struct pb_metric *metric; /* any of them: for its name and unit */
	GArray *points;			/* struct pb_plot_point */
};

static void subject_free(void *data)
{
	struct subject *subject = data;

	g_free(subject->family);
	g_array_unref(subject->points);
	g_free(subject);
}

static void series_free(void *data)
{
	struct pb_plot_series *series = data;

	g_free(series->label);
	g_free(series->values);
	g_free(series);
}

static void choice_free(void *data)
{
	struct pb_plot_choice *choice = data;

	g_free(choice->title);
	g_free(choice->caption);
	g_free(choice->x_label);
	g_free(choice->y_label);
	g_ptr_array_unref(choice->categories);
	g_ptr_array_unref(choice->series);
	g_free(choice);
}

static void add_point(GHashTable *by_key, GPtrArray *subjects, const struct pb_case *item,
		      const struct pb_metric *metric)
{
	g_autofree char *family = pb_text_family(item->benchmark);
	g_autofree char *key = g_strdup_printf("%s\n%s\n%s", family, metric->name, metric->unit);
	struct pb_plot_point point = {.item = item, .value = metric->median};
	struct subject *subject = g_hash_table_lookup(by_key, key);

	if (!subject) {
		subject = g_new0(struct subject, 1);
		subject->family = g_steal_pointer(&family);
		subject->metric = metric;
		subject->points = g_array_new(FALSE, FALSE, sizeof(point));
		g_hash_table_insert(by_key, g_steal_pointer(&key), subject);
		g_ptr_array_add(subjects, subject);
	}
	g_array_append_val(subject->points, point);
}

static GPtrArray *find_subjects(const struct pb_result *result)
{
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *subjects = g_ptr_array_new_with_free_func(subject_free);

	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *item = &result->cases[i];

		for (size_t m = 0; item->outcome == PB_CASE_OK && m < item->metric_count; m++)
			if (item->metrics[m].primary)
				add_point(by_key, subjects, item, &item->metrics[m]);
	}
	return subjects;
}

static bool has_one_benchmark(const struct subject *subject)
{
	const char *first = g_array_index(subject->points, struct pb_plot_point, 0).item->benchmark;

	for (guint i = 1; i < subject->points->len; i++) {
		if (strcmp(g_array_index(subject->points, struct pb_plot_point, i).item->benchmark,
			   first))
			return false;
	}
	return true;
}

/* The parameter of the kind @lines with the most different values, or NULL if none varies. */
static const char *pick_param(const struct subject *subject, bool lines)
{
	g_autoptr(GPtrArray) names = pb_plot_param_names(subject->points);
	const char *best = NULL;
	guint most = 1;

	for (guint i = 0; i < names->len; i++) {
		g_autoptr(GPtrArray) values =
			pb_plot_param_values(subject->points, names->pdata[i]);

		if (values->len > most && pb_plot_is_ordered(values) == lines) {
			most = values->len;
			best = names->pdata[i];
		}
	}
	return best;
}

static void add_category(GPtrArray *categories, const char *label)
{
	if (!g_ptr_array_find_with_equal_func(categories, label, g_str_equal, NULL))
		g_ptr_array_add(categories, g_strdup(label));
}

static int by_order(const void *left, const void *right)
{
	double a = pb_plot_order(*(char *const *)left);
	double b = pb_plot_order(*(char *const *)right);

	return (a > b) - (a < b);
}

/* The benchmarks that still have two points or more when all else is held. */
static GPtrArray *held_once(const struct subject *subject, const char *param, bool lines,
			    GPtrArray *joined)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *held = g_ptr_array_new_with_free_func(pb_plot_held_free);

	for (guint i = 0; i < subject->points->len; i++) {
		const char *benchmark =
			g_array_index(subject->points, struct pb_plot_point, i).item->benchmark;
		struct pb_plot_held *one;

		if (!g_hash_table_add(seen, (char *)benchmark))
			continue;
		one = pb_plot_hold(subject->points, benchmark, param, lines, joined);
		if (one->points->len >= 2)
			g_ptr_array_add(held, one);
		else
			pb_plot_held_free(one);
	}
	return held;
}

static GPtrArray *held_benchmarks(const struct subject *subject, const char *param, bool lines,
				  GPtrArray *joined)
{
	/* Twice: what one benchmark must join, all join, so that they share categories. */
	g_ptr_array_unref(held_once(subject, param, lines, joined));
	return held_once(subject, param, lines, joined);
}

static struct pb_plot_series *series_new(const struct pb_plot_held *held, char *label,
					 const GPtrArray *categories)
{
	struct pb_plot_series *series = g_new0(struct pb_plot_series, 1);

	series->label = label;
	series->values = g_new(double, categories->len);
	for (guint c = 0; c < categories->len; c++) {
		series->values[c] = NAN;
		for (guint p = 0; p < held->points->len; p++)
			if (!strcmp(held->labels->pdata[p], categories->pdata[c]))
				series->values[c] =
					g_array_index(held->points, struct pb_plot_point, p).value;
	}
	return series;
}

static char *caption_of(const struct subject *subject, const char *common, bool inexact)
{
	const char *better = subject->metric->higher_is_better ? "higher" : "lower";

	return g_strdup_printf("Median of %s in %s; %s is better.%s%s%s%s", subject->metric->name,
			       subject->metric->unit, better, common[0] ? " Held fixed: " : "",
			       common, common[0] ? "." : "",
			       inexact ? " Not all are deterministic: the tables say which." : "");
}

static struct pb_plot_choice *choice_new(const struct subject *subject, const char *param,
					 bool lines)
{
	struct pb_plot_choice *choice = g_new0(struct pb_plot_choice, 1);

	choice->lines = lines;
	choice->title =
		g_strdup_printf("%s: %s by %s", subject->family, subject->metric->name, param);
	choice->y_label = g_strdup_printf("%s, %s", subject->metric->name, subject->metric->unit);
	choice->categories = g_ptr_array_new_with_free_func(g_free);
	choice->series = g_ptr_array_new_with_free_func(series_free);
	return choice;
}

/* Points have no room for a mark of their own, so it is said below. */
static bool is_inexact(const GPtrArray *held, guint first, guint last)
{
	for (guint i = first; i < last; i++) {
		const GArray *points = ((const struct pb_plot_held *)held->pdata[i])->points;

		for (guint p = 0; p < points->len; p++) {
			if (g_array_index(points, struct pb_plot_point, p).item->not_deterministic)
				return true;
		}
	}
	return false;
}

/* One plot of held[first] to held[last - 1]. */
static struct pb_plot_choice *choose_part(const struct subject *subject, const char *param,
					  bool lines, const GPtrArray *held, guint first,
					  guint last)
{
	struct pb_plot_choice *choice = choice_new(subject, param, lines);
	g_autoptr(GHashTable) common = pb_plot_common(held, first, last);
	g_autofree char *words = pb_plot_common_words(held->pdata[first], common);

	choice->caption = caption_of(subject, words, is_inexact(held, first, last));
	for (guint i = first; i < last; i++) {
		const struct pb_plot_held *one = held->pdata[i];

		for (guint p = 0; p < one->labels->len; p++)
			add_category(choice->categories, one->labels->pdata[p]);
	}
	if (lines)
		g_ptr_array_sort(choice->categories, by_order);
	for (guint i = first; i < last; i++)
		g_ptr_array_add(choice->series,
				series_new(held->pdata[i], pb_plot_label(held->pdata[i], common),
					   choice->categories));
	return choice;
}

/*
 * A benchmark that has a plot for itself is shown at more than one value of something else. Returns
 * that, if it is shown at all values of it, else NULL.
 */
static const char *add_siblings(const struct subject *subject, const char *param, GPtrArray *held)
{
	g_autoptr(GPtrArray) siblings = NULL;
	g_autoptr(GPtrArray) values = NULL;
	const char *name;

	if (held->len != 1)
		return NULL;
	siblings = pb_plot_siblings(subject->points, held->pdata[0], param, &name);
	g_ptr_array_set_free_func(siblings, NULL);
	for (guint i = 0; i < siblings->len; i++) {
		if (held->len < PB_PLOT_SERIES)
			g_ptr_array_add(held, siblings->pdata[i]);
		else
			pb_plot_held_free(siblings->pdata[i]);
	}
	if (!name)
		return NULL;
	values = pb_plot_param_values(subject->points, name);
	return held->len == values->len ? name : NULL;
}

/* Returns a parameter each of whose values has a line, or NULL. */
static const char *choose(GPtrArray *choices, const struct subject *subject, bool lines,
			  const char *param)
{
	g_autoptr(GPtrArray) joined = g_ptr_array_new();
	g_autoptr(GPtrArray) held = NULL;
	const char *beside = NULL;

	held = held_benchmarks(subject, param, lines, joined);
	if (lines)
		beside = add_siblings(subject, param, held);
	for (guint first = 0; first < held->len; first += PB_PLOT_SERIES) {
		guint last = MIN(first + PB_PLOT_SERIES, held->len);
		struct pb_plot_choice *choice =
			choose_part(subject, param, lines, held, first, last);
		GString *label = g_string_new(param);

		for (guint i = 0; i < joined->len; i++)
			g_string_append_printf(label, ", %s", (char *)joined->pdata[i]);
		choice->x_label = g_string_free(label, FALSE);
		g_ptr_array_add(choices, choice);
	}
	return beside;
}

/* What else has a curve worth the name, where a family has one benchmark: size beside count. */
static void choose_more_lines(GPtrArray *choices, const struct subject *subject, const char *best)
{
	g_autoptr(GPtrArray) names = pb_plot_param_names(subject->points);

	if (!has_one_benchmark(subject))
		return;
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autoptr(GPtrArray) values = pb_plot_param_values(subject->points, name);

		if (strcmp(name, best) && values->len >= FEWEST_OF_A_CURVE &&
		    pb_plot_is_ordered(values))
			choose(choices, subject, true, name);
	}
}

static const char *choose_lines(GPtrArray *choices, const struct subject *subject)
{
	const char *param = pick_param(subject, true), *beside;

	if (!param)
		return NULL;
	beside = choose(choices, subject, true, param);
	choose_more_lines(choices, subject, param);
	return beside;
}

/* Bars at one value of what the lines are over say nothing that those do not. */
static void choose_bars(GPtrArray *choices, const struct subject *subject, const char *in_lines)
{
	const char *param = pick_param(subject, false);

	if (param && g_strcmp0(param, in_lines))
		choose(choices, subject, false, param);
}

GPtrArray *pb_plot_choose(const struct pb_result *result)
{
	g_autoptr(GPtrArray) subjects = find_subjects(result);
	GPtrArray *choices = g_ptr_array_new_with_free_func(choice_free);

	for (guint i = 0; i < subjects->len; i++) {
		const char *in_lines = choose_lines(choices, subjects->pdata[i]);

		choose_bars(choices, subjects->pdata[i], in_lines);
	}
	return choices;
}
