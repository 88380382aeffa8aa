/*
 * Making gnuplot's SVG fit for being part of a page.
 */
#ifndef PINBENCH_REPORTS_RENDER_SVG_H
#define PINBENCH_REPORTS_RENDER_SVG_H

#include <glib.h>

/*
 * Returns the <svg> element alone, to be freed by the caller: every id and every
 * reference to one starts with @prefix (gnuplot gives each plot the same ones), black
 * becomes currentColor, the stand-in colours of plot_common.gp become the CSS
 * variables --s1 to --s8, and @label (not escaped) is its accessible name. NULL if
 * @svg holds no whole <svg> element.
 */
char *pb_svg_adapt(const char *svg, const char *prefix, const char *label);

/* An element of pb_svg_adapt() as a file of its own, with @css in it. To be freed. */
char *pb_svg_standalone(const char *svg, const char *css);

#endif
