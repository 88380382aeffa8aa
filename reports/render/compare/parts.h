/*
 * The parts of a comparison's page, each in a file of its own; used by compare_html.c. All write
 * nothing where the comparison has nothing to say.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_PARTS_H
#define PINBENCH_REPORTS_RENDER_COMPARE_PARTS_H

#include "reports/compare/comparison.h"

struct pb_compare_page {
	const struct pb_comparison *comparison;
	GHashTable *varying; /* by pb_compare_varying() */
	const char *dir;     /* of the page: what lies beside it can be linked */
	bool timed;
};

/* compare_forest.c: the effects of the primary metrics on one axis. */
void pb_compare_add_forest(GString *out, const struct pb_compare_page *page);
/* The CSS class that colours a verdict; static. */
const char *pb_compare_class(enum pb_verdict verdict);

/* compare_table.c: the figures. */
void pb_compare_add_tables(GString *out, const struct pb_compare_page *page);

/* compare_sheet.c: what opens below a row: its samples, and the command that repeats it. */
void pb_compare_add_sheet(GString *out, const struct pb_comparison_row *row);

/* compare_basis.c: the changed functions, both kernels, the method, the command, the files beside.
 */
void pb_compare_add_functions(GString *out, const struct pb_compare_page *page);
void pb_compare_add_kernels(GString *out, const struct pb_compare_page *page);
void pb_compare_add_method(GString *out, const struct pb_compare_page *page);
void pb_compare_add_again(GString *out, const struct pb_compare_page *page);
void pb_compare_add_files(GString *out, const struct pb_compare_page *page);

#endif
