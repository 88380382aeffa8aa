/*
 * Where the figures of a comparison moved, as its renderers show it: cases of which the same is
 * to be said are said together. Everything borrows from the comparison; the caller frees char *,
 * which is not escaped.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_WHERE_H
#define PINBENCH_REPORTS_RENDER_COMPARE_WHERE_H

#include "reports/compare/comparison.h"

/* Rows with one sentence. */
struct pb_where_group {
	const char *sentence; /* or why there is no profile */
	bool known;	      /* there is one */
	bool sampled;	      /* of samples, which say where time is, not why it changed */
	GPtrArray *rows;      /* const struct pb_comparison_row; the worst first */
};

/* struct pb_where_group, in the order of their first rows. Free with g_ptr_array_unref. */
GPtrArray *pb_compare_where(const struct pb_comparison *comparison);

/*
 * "+1.00 insn/page in foo (14 of 16 cases)": the commonest sentence of what made the verdict,
 * or, if that has none, of all. NULL if there is none: samples find no cause.
 */
char *pb_compare_where_line(const struct pb_comparison *comparison);

/* "gup/pin batch=1 pin" */
char *pb_compare_case_name(GHashTable *varying, const struct pb_comparison_row *row);
/* The same of one row, or "14 cases: ..." with the names of @most of them. */
char *pb_compare_case_names(GHashTable *varying, const struct pb_where_group *group, guint most);

/* "Where", or "Samples" if no group says more. */
const char *pb_compare_where_title(const GPtrArray *groups);

/* "new; locked +1, loads +2", "noise ±3.1": what else there is to say of a function; "" for
 * nothing. */
char *pb_compare_function_notes(const struct pb_moved_function *function);

/* where_text.c: a section, if any case has a profile or a reason for having none. */
void pb_compare_text_where(GString *out, const struct pb_comparison *comparison, guint columns);

/* where_markdown.c: what is always to be seen, and the functions of each case, folded. */
void pb_compare_markdown_where_lines(GString *out, const struct pb_comparison *comparison,
				     GHashTable *varying);
void pb_compare_markdown_where(GString *out, const struct pb_comparison *comparison,
			       GHashTable *varying);

#endif
