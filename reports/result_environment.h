/* Reading the environment of a result; internal to the reader. */
#ifndef PINBENCH_REPORTS_RESULT_ENVIRONMENT_H
#define PINBENCH_REPORTS_RESULT_ENVIRONMENT_H

#include "reports/result.h"
#include "reports/result_read.h"

/* Fills result->environment. -EINVAL, and reader->ret_error, if it is not as it has to be. */
int pb_read_environment(struct pb_reader *reader, struct pb_result *result);

#endif
