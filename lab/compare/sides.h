/* The sides of a comparison: their kernels, and measuring them. */
#ifndef PINBENCH_LAB_COMPARE_SIDES_H
#define PINBENCH_LAB_COMPARE_SIDES_H

#include "lab/compare/compare.h"
#include "lab/kernel/build.h"
#include "lab/run/document.h"

#define PB_CONTROL_PROFILE "control"

/* The control is the baseline once more. */
enum pb_side {
	PB_BASELINE,
	PB_PATCHED,
	PB_CONTROL,
	PB_SIDES,
};

struct pb_sides {
	const struct pb_compare_options *options;
	struct pb_progress *progress;
	/* Of what is measured here; else NULL. */
	struct pb_kernel *kernels[PB_CONTROL];
	char *modules[PB_CONTROL];
	char *results[PB_SIDES];  /* directories; of the control NULL if it has none */
	char *commands[PB_SIDES]; /* that measure one side alone */
	GPtrArray *changes;	  /* struct pb_function_change; NULL: of other releases */
	struct pb_watch *watches[PB_CONTROL];
	GError *failed; /* of a side that could not be measured whole */
	struct pb_document_times times;
};
void pb_sides_clear(struct pb_sides *sides);

/* "baseline", "patched", "control": the name of a side and of its folder. */
const char *pb_side_name(enum pb_side side);

/* Whether @path is a result directory. */
bool pb_sides_is_result(const char *path);

bool pb_sides_are_counted(const struct pb_sides *sides);

/* Builds both kernels, and the module for them. */
int pb_sides_get_kernels(struct pb_sides *sides, GError **ret_error);

/*
 * Finds out which functions differ, and where they lie, so that measuring can watch them. Of
 * two releases nearly all do: nothing is looked for.
 */
int pb_sides_find_changes(struct pb_sides *sides, GError **ret_error);

/*
 * Measures the sides into folders below options->run.out: of counted evidence baseline and
 * patched, one after the other; of timed evidence the control too, boots in turn. A failed case is
 * no error: it goes to ->failed.
 */
int pb_sides_measure(struct pb_sides *sides, GError **ret_error);

/* Takes the sides from two result directories, and a control that lies beside them. */
void pb_sides_find(struct pb_sides *sides);

#endif
