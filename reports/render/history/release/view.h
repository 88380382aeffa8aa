/*
 * What the renderers of a cross-release table share. Everything borrows from release.json's root;
 * the caller frees char *, which is not escaped.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_VIEW_H
#define PINBENCH_REPORTS_RENDER_HISTORY_RELEASE_VIEW_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* A change from one kernel to the next that is worth a verdict. */
struct pb_release_move {
	const json_t *row;
	const json_t *cell; /* with the new value */
	guint from, to;	    /* kernels */
	double size;	    /* of the change, whichever way */
};

struct pb_release_view {
	const json_t *kernels;
	guint *columns; /* the kernels that have figures */
	guint column_count;
	GPtrArray *blocks; /* struct pb_series_block, and their rows: what moved most first */
	GArray *moves;	   /* struct pb_release_move, what got worse first, the largest first */
	GPtrArray *notes;  /* const char *: reasons of cells without a figure; numbered from 1 */
	guint row_count;
	guint moved_count, worse_count; /* rows that moved somewhere, got worse somewhere */
	bool has_unclear, has_unlike;
};

struct pb_release_view *pb_release_view_new(const json_t *root);
void pb_release_view_free(struct pb_release_view *view);
typedef struct pb_release_view pb_release_view;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_release_view, pb_release_view_free)

/* Of a column: "6.12", "6.12+fix.patch"; of a long one its end. */
char *pb_release_head(const struct pb_release_view *view, guint column);
/* How measuring a kernel ended: "measured", "FAILED", "interrupted", "not measured"; static. */
const char *pb_release_outcome(const json_t *kernel);
/* "4 of 4 kernels measured: 12 of 120 figures moved from one kernel to the next, 7 for the worse."
 */
char *pb_release_sentence(const struct pb_release_view *view);
/* What a mark in this table means, a line for each; "" if there is none. */
char *pb_release_legend(const struct pb_release_view *view);

/* "1,234.5"; "FAIL[2]", "-[1]" with the number of the reason; "." where nothing is known. */
char *pb_release_value(const struct pb_release_view *view, const json_t *cell);
/* "+5.3%!": ! worse, * better, ? something else changed too; "=", "n/c", "" for none. */
char *pb_release_change_text(const json_t *cell);

/* A reason why cases have no figure on any kernel. */
struct pb_release_absent {
	const char *reason;
	GPtrArray *cases; /* const char * */
};
/* struct pb_release_absent, in the order of cases; the caller unrefs the array. */
GPtrArray *pb_release_absences(const json_t *root);

#endif
