/*
 * The two halves of the result reader meet here; nobody else includes this.
 */
#ifndef PINBENCH_REPORTS_RESULT_CASES_H
#define PINBENCH_REPORTS_RESULT_CASES_H

#include "reports/result.h"
#include "reports/result_read.h"

/*
 * An object whose members are all strings, in their order. *ret_count must be 0;
 * the caller frees *ret_params, on an error too. Returns 0 or -EINVAL.
 */
int pb_read_params(struct pb_reader *reader, json_t *parent, const char *key,
		   struct pb_param **ret_params, size_t *ret_count);

/* Fills result->cases. Returns 0 or -EINVAL. */
int pb_read_cases(struct pb_reader *reader, struct pb_result *result);

#endif
