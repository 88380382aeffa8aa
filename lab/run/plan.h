/*
 * Profiles, and the plan made of one: the cases to measure, in order.
 *
 * configs/profiles/NAME.ini:
 *   [profile]
 *   description=...
 *   repetitions=3
 *   [GLOB]  or  [GLOB label]      the benchmarks that the section is about
 *   PARAMETER=value;value         every combination of the values is a case
 *
 * A benchmark takes of a section the parameters and values that it has; parameters
 * that are not named keep their defaults. A benchmark that has none of the values
 * listed for one of its parameters has no case in that section.
 */
#ifndef PINBENCH_LAB_PLAN_H
#define PINBENCH_LAB_PLAN_H

#include "lab/run/catalog.h"

struct pb_plan {
	char *profile;
	int repetitions;
	char **ids; /* complete case ids, each once */
};
typedef struct pb_plan pb_plan;

/*
 * @profile: a name in @configs_dir/profiles, or the path of a file. @globs: which
 * benchmarks ("gup/pin*"), or whole cases ("gup/pin_fast[batch=1]"); empty or NULL: all of
 * the profile. A glob whose benchmarks the profile leaves out means those with their
 * default parameters. Errors are PB_EXIT_USAGE: an unknown profile, section, parameter,
 * value or benchmark.
 */
int pb_plan_make(const struct pb_catalog *catalog, const char *configs_dir, const char *profile,
		 const char *const *globs, struct pb_plan **ret_plan, GError **ret_error);
/* Adds to @plan the cases of @other that it has not. */
void pb_plan_join(struct pb_plan *plan, const struct pb_plan *other);
void pb_plan_free(struct pb_plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_plan, pb_plan_free)

/* The benchmark of a case id, as a new string. */
char *pb_case_benchmark(const char *id);
/* {"name":"value",...} of a complete case id. */
json_t *pb_case_params(const char *id);

#endif
