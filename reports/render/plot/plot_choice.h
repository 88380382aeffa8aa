/*
 * Which plots a result is worth, chosen from its data alone: nothing here knows a
 * benchmark, a metric or a parameter by name.
 *
 * For each family and each primary metric (name and unit) there are at most two:
 * lines over the parameter with the most different ordered values, and bars over
 * the one with the most different names, unless each of these already has a line of
 * its own. Everything else is held at its commonest value, which the caption states.
 */
#ifndef PINBENCH_REPORTS_RENDER_PLOT_PLOT_CHOICE_H
#define PINBENCH_REPORTS_RENDER_PLOT_PLOT_CHOICE_H

#include "reports/result.h"

/* One benchmark: one line, or one bar in each group. */
struct pb_plot_series {
	char *label;
	double *values; /* one per category; NAN where there is no case */
};

struct pb_plot_choice {
	bool lines; /* or bars */
	char *title;
	char *caption;
	char *x_label;
	char *y_label;
	GPtrArray *categories; /* char: values of the parameter, in order */
	GPtrArray *series;     /* struct pb_plot_series, at most PB_PLOT_SERIES */
};

/* As many as can be told apart; the templates define that many styles. */
#define PB_PLOT_SERIES 8

/* A list of struct pb_plot_choice, perhaps empty; the caller unrefs it. */
GPtrArray *pb_plot_choose(const struct pb_result *result);

#endif
