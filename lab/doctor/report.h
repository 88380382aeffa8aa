/* What the doctor found, as JSON, and as text for people. */
#ifndef PINBENCH_LAB_DOCTOR_REPORT_H
#define PINBENCH_LAB_DOCTOR_REPORT_H

#include <glib.h>
#include <jansson.h>

#define PB_DOCTOR_SCHEMA "pinbench-doctor/1"

/*
 * Looks at this machine: {"schema","measures","checks":[],"peers":{..., "places":[]}}, as
 * docs/result-format.md has it. "measures": whether there is anything that it can. Free with
 * json_decref.
 */
json_t *pb_doctor_examine(void);

/* The same of what is there already: @checks is taken, the rest is read below @root. */
json_t *pb_doctor_report(json_t *checks, gboolean measures, const char *root);

/* To be freed. */
char *pb_doctor_text(const json_t *report, guint columns);

#endif
