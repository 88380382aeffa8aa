/*
 * Drawing the plots of a result with gnuplot, as SVG for a page.
 */
#ifndef PINBENCH_REPORTS_RENDER_PLOT_PLOT_H
#define PINBENCH_REPORTS_RENDER_PLOT_PLOT_H

#include "reports/result.h"

struct pb_plot {
	char *title;
	char *caption;
	char *svg; /* one <svg> element; its colours are the page's --s1 to --s8 */
};

/*
 * *ret_plots is a list of struct pb_plot, perhaps empty, for the caller to unref.
 * Runs gnuplot once per plot, with a limit of time. Returns 0, or -errno with
 * PB_EXIT_ENVIRONMENT if gnuplot is not installed (-ENOENT), fails (-EIO) or hangs
 * (-ETIMEDOUT).
 */
int pb_plot_draw(const struct pb_result *result, GPtrArray **ret_plots, GError **ret_error);

#endif
