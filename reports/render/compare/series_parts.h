/* The parts of a series' page, each in a file of its own; used by series_html.c. */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_PARTS_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_PARTS_H

#include "reports/render/compare/series_view.h"

/* series_patches.c: what each patch did; links to the comparisons that are below @dir. */
void pb_series_add_patches(GString *out, const json_t *series, const char *dir);

/* series_figures.c: a column for each patch that moved something; nothing for no rows. */
void pb_series_add_matrix(GString *out, const struct pb_series_matrix *matrix, const char *label);

/* series_course.c: the same as lines over the patches; nothing for less than two patches. */
void pb_series_add_courses(GString *out, const json_t *series,
			   const struct pb_series_matrix *matrix);

#endif
