/*
 * A series of patches as plain text: the verdict, what each patch does against the one
 * before it and against the base, and the figures that moved.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_TEXT_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_TEXT_H

#include <glib.h>
#include <jansson.h>

/* @series: of series.json. Lines keep to @columns. Free with g_free. */
char *pb_render_series_text(const json_t *series, guint columns);

#endif
