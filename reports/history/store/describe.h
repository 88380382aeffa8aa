/* A result as rows of the history; between the store's files alone. */
#ifndef PINBENCH_REPORTS_HISTORY_STORE_DESCRIBE_H
#define PINBENCH_REPORTS_HISTORY_STORE_DESCRIBE_H

#include "reports/history/history.h"
#include "reports/result.h"

/* Fills @ret_run but its id. The caller clears it with pb_history_run_clear(). */
int pb_describe_run(const struct pb_result *result, const char *directory,
		    struct pb_history_run *ret_run, GError **ret_error);
void pb_history_run_clear(struct pb_history_run *run);

/* What is the same for all series of a result. */
struct pb_describe_context {
	const struct pb_result *result;
	const char *config;  /* words */
	const char *machine; /* of a native result; NULL: each case says its own */
};

/*
 * The series that a metric of the case at @index belongs to, without points and id; its texts are
 * borrowed from the result and from @context.
 */
void pb_describe_series(const struct pb_describe_context *context, size_t index,
			const struct pb_metric *metric, struct pb_history_series *ret_series);

/* The machine of a native result, in words: what it is, and its processors. */
char *pb_describe_machine(const struct pb_result *result);

/* The figure of a metric; false if it has none that is finite. */
bool pb_describe_point(const struct pb_result *result, const struct pb_metric *metric,
		       struct pb_history_point *ret_point);

#endif
