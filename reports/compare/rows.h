/* The rows of compare.json: every metric of every case of two results. */
#ifndef PINBENCH_REPORTS_COMPARE_ROWS_H
#define PINBENCH_REPORTS_COMPARE_ROWS_H

#include "reports/compare/comparison.h"

/* The array "cases" of compare.json. Free with json_decref. */
json_t *pb_compare_rows(const struct pb_compare_inputs *inputs);

#endif
