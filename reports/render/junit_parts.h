/*
 * What a file of JUnit XML is made of. Texts need no escaping and no care for what XML does not
 * allow.
 */
#ifndef PINBENCH_REPORTS_RENDER_JUNIT_PARTS_H
#define PINBENCH_REPORTS_RENDER_JUNIT_PARTS_H

#include <glib.h>

/* Tests of one suite, or of all. */
struct pb_junit_tally {
	guint tests, failures, errors, skipped;
};

void pb_junit_say(GString *out, const char *text);
void pb_junit_attribute(GString *out, const char *name, const char *value);
/* Attributes, and the end of the tag. */
void pb_junit_add_tally(GString *out, const struct pb_junit_tally *tally);
/* Nothing for "". */
void pb_junit_add_property(GString *out, const char *name, const char *value);
void pb_junit_add_skipped(GString *out, const char *verdict, const char *why);
/* A suite that fails because the control did. */
void pb_junit_add_control(GString *out);

#endif
