/*
 * What the renderers of a series share: its figures chosen and grouped, and the words of an
 * effect. Everything borrows from the series; the caller frees char *, which is not escaped.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_SERIES_VIEW_H
#define PINBENCH_REPORTS_RENDER_COMPARE_SERIES_VIEW_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include "reports/compare/comparison.h"

enum pb_series_choice {
	PB_SERIES_MOVED,       /* primary figures that a patch moved */
	PB_SERIES_REST,	       /* all other primary ones */
	PB_SERIES_EXPLORATORY, /* those that a patch moved */
};

/* Rows of one benchmark's metric; never empty. */
struct pb_series_block {
	GPtrArray *rows; /* json_t */
};

struct pb_series_matrix {
	bool counted;
	/* guint, from 1: the patches that moved one of the rows; of the rest, those that could not
	 * show that they moved nothing at all. */
	GArray *numbers;
	GPtrArray *blocks; /* struct pb_series_block, in the order of the series */
	guint row_count;
};

struct pb_series_matrix *pb_series_matrix_new(const json_t *series, enum pb_series_choice choice);
void pb_series_matrix_free(struct pb_series_matrix *matrix);
typedef struct pb_series_matrix pb_series_matrix;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_series_matrix, pb_series_matrix_free)

bool pb_series_is_counted(const json_t *series);
bool pb_series_has_kernel(const json_t *patch);
guint pb_series_number(const json_t *patch);

/* "missing" for what has none that this version knows. */
enum pb_verdict pb_series_verdict(const json_t *object);
bool pb_series_is_moved(const json_t *effect);
/* Of "previous" or "base" of a patch. */
guint pb_series_count(const json_t *side, enum pb_verdict verdict);

/* What patch @number did to a row by itself; of number 0, what all of them did. */
const json_t *pb_series_effect(const json_t *row, guint number);
/* Counted: what was added, in the unit; timed: percent. NAN if there is no such figure. */
double pb_series_change(const json_t *effect, bool counted);
/* "✗ +1", "✓ -2.31%", "=", "= +0.02", "– missing": told apart without colours. */
char *pb_series_effect_text(const json_t *effect, bool counted);

/* The block of @row's benchmark, metric and unit, which is added to @blocks if it is not there. */
struct pb_series_block *pb_series_block_for(GPtrArray *blocks, const json_t *row);
void pb_series_block_free(gpointer block);
const json_t *pb_series_first(const struct pb_series_block *block);
/* "gup/pin_fast: pin, insn/page" */
char *pb_series_block_name(const struct pb_series_block *block);
/* "page=4k batch=1": the parameters that vary in the block, or those that do not. */
char *pb_series_params(const struct pb_series_block *block, const json_t *row, bool varying);
char *pb_series_baseline(const json_t *row); /* "113.58"; "–" for none */

/* "./run.sh compare @before SPEC", for a shell; NULL for a patch without a spec. */
char *pb_series_command(const char *before, const json_t *patch);

/* "2 of 4 patches have no kernel, so nothing is known of them: 3, 4." NULL if all have one. */
char *pb_series_unbuilt(const json_t *series);

#endif
