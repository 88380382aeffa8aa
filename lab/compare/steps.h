/* The kernels of a series: the base, and the base with ever more of the patches. */
#ifndef PINBENCH_LAB_COMPARE_STEPS_H
#define PINBENCH_LAB_COMPARE_STEPS_H

#include "lab/compare/sides.h"
#include "reports/compare/series.h"

struct pb_step {
	char *name;    /* "base", "01", "02": its folder in the series' own */
	char *subject; /* of the patch; NULL of the base */
	char **files;
	char *spec;
	char *result;		  /* the directory */
	struct pb_kernel *kernel; /* NULL: could not be built, or an earlier one could not */
	char *module;
	GPtrArray *changes; /* struct pb_function_change against the last that differs; or NULL */
	struct pb_watch *watch; /* what any patch changed, in this kernel; or NULL */
	bool same_code;		/* as the kernel before */
	char *error;		/* why there is no kernel */
	json_t *previous;	/* compare.json against the last kernel that differs; or NULL */
	json_t *base;		/* against the base */
};

/*
 * Reads the patches, writes each as it will be applied to options->run.out/patches/, and sets
 * *ret_steps (struct pb_step; the caller unrefs): the base first, kernels not yet built.
 */
int pb_steps_make(const struct pb_compare_options *options, const char *patches,
		  GPtrArray **ret_steps, GError **ret_error);

/*
 * Builds the kernels in order, and finds what differs between them. A patch that does not
 * apply or build ends that, which is no error but *ret_unbuilt; that of the base is one.
 */
int pb_steps_build(GPtrArray *steps, struct pb_progress *progress, GError **ret_unbuilt,
		   GError **ret_error);

/*
 * Fills @sides with two kernels that were measured; kernels, modules and watches are borrowed; free
 * with pb_step_return_sides().
 */
int pb_step_sides(struct pb_step *before, struct pb_step *step, struct pb_sides *sides,
		  GError **ret_error);
void pb_step_return_sides(struct pb_sides *sides);

/* For pb_series_build(); borrowed. */
struct pb_series_step pb_step_view(const struct pb_step *step);

#endif
