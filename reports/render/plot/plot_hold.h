/*
 * Holding all parameters of a benchmark but one at their commonest values, so
 * that what is left can be plotted against that one. Part of plot_choice.
 */
#ifndef PINBENCH_REPORTS_RENDER_PLOT_PLOT_HOLD_H
#define PINBENCH_REPORTS_RENDER_PLOT_PLOT_HOLD_H

#include "reports/result.h"

struct pb_plot_point {
	const struct pb_case *item;
	double value;
};

/* What is left of one benchmark. */
struct pb_plot_held {
	const char *benchmark;
	GArray *points;	   /* struct pb_plot_point */
	GPtrArray *labels; /* char: the category of each point */
	GPtrArray *fixed;  /* struct pb_param, borrowed strings, in order of the case */
};

/* Names of all parameters, and the different values of one, in order of appearance. */
GPtrArray *pb_plot_param_names(const GArray *points);
GPtrArray *pb_plot_param_values(const GArray *points, const char *name);

/*
 * Whether values have an order: numbers (with k, m, g, t behind), at most one word
 * among them (as in 1, 16, 512, whole), and not just 0 and 1, which are no and yes.
 */
bool pb_plot_is_ordered(const GPtrArray *values);

/* The place of a value in that order: the number, or infinity for a word. */
double pb_plot_order(const char *value);

/*
 * The points of @benchmark with @param varying and the rest held. For bars
 * (@lines false) a parameter whose holding would lose values of @param, as
 * page=4k loses backing=hugetlb, joins the category instead; its name is added to
 * @joined, whose names join in any case. Free with pb_plot_held_free().
 */
struct pb_plot_held *pb_plot_hold(const GArray *points, const char *benchmark, const char *param,
				  bool lines, GPtrArray *joined);
void pb_plot_held_free(void *held);
/*
 * More lines beside @held: the same benchmark with one of its fixed parameters, that which gives
 * most lines, at each of its other values. Of several one whose values are names: numbers are
 * rather for an axis. A list of struct pb_plot_held, perhaps empty; caller unrefs. *ret_name is the
 * parameter, or NULL if the list is empty.
 */
GPtrArray *pb_plot_siblings(const GArray *points, const struct pb_plot_held *held,
			    const char *param, const char **ret_name);

/* name -> value of what held[first..last-1] all hold at the same value. Caller unrefs. */
GHashTable *pb_plot_common(const GPtrArray *held, guint first, guint last);
/* "page=4k, write=1"; caller frees. */
char *pb_plot_common_words(const struct pb_plot_held *held, GHashTable *common);
/* Name of the benchmark, and what it holds differently from the others. Caller frees. */
char *pb_plot_label(const struct pb_plot_held *held, GHashTable *common);

#endif
