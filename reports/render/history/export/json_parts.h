/* What a history is made of, as JSON; texts become valid UTF-8. The caller owns what is returned.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_JSON_PARTS_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_JSON_PARTS_H

#include <stdio.h>

#include <jansson.h>

#include "reports/history/steps.h"

json_t *pb_export_json_text(const char *text);
/* Whole numbers as such; null for what is not finite. */
json_t *pb_export_json_number(double value);
/* Sets @key, unless @text is "". */
void pb_export_json_set(json_t *object, const char *key, const char *text);

json_t *pb_export_json_run(const struct pb_history_run *run);
/* All but its points. */
json_t *pb_export_json_series(const struct pb_history_series *series);
json_t *pb_export_json_step(const struct pb_history_series *series,
			    const struct pb_history_runs *runs, const struct pb_step *step);
/* Lists of all. */
json_t *pb_export_json_steps(const struct pb_history_series *series,
			     const struct pb_history_runs *runs, const struct pb_moves *moves);
json_t *pb_export_json_notes(const struct pb_history_runs *runs, const struct pb_moves *moves);

/*
 * Writes @part on one line, without an end of it, and unrefs it; @flags: JSON_EMBED or 0. False: it
 * could not be.
 */
bool pb_export_json_write(FILE *out, json_t *part, size_t flags);

#endif
