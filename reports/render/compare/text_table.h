/* Tables of a comparison as plain text: rows that have much in common share one. */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_TEXT_TABLE_H
#define PINBENCH_REPORTS_RENDER_COMPARE_TEXT_TABLE_H

#include "reports/compare/comparison.h"

/* Rows of one benchmark's metric with one verdict, as one table. */
struct pb_compare_block {
	const struct pb_comparison_row *first;
	GPtrArray *rows;    /* borrowed */
	GPtrArray *varying; /* names of the parameters that differ among them, borrowed */
};

/* Those of primary metrics with that verdict, the worst first. Free with g_ptr_array_unref. */
GPtrArray *pb_compare_blocks(const struct pb_comparison *comparison, enum pb_verdict verdict,
			     bool negligible);

/* Appends @title and the tables below it; nothing if there are none. */
void pb_compare_text_tables(GString *out, const struct pb_comparison *comparison, const char *title,
			    enum pb_verdict verdict, bool negligible, guint columns);

#endif
