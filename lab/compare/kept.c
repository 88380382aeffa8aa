/* Where cases moved, from profiles that two results have: see explain.h. */
#include <errno.h>
#include "lab/compare/explain.h"
#include "lab/compare/moved.h"
#include "pinbench/result.h"
#include "reports/error.h"

struct kept {
	struct pb_sides *sides;
	const struct pb_result *const *results;
	json_t *rows;
};

/* NULL if the side has none. */
static char *directory_of(const struct kept *k, int side, const char *id)
{
	const json_t *one = pb_moved_case(k->results[side], id);
	const char *folder = json_string_value(json_object_get(one, "profile"));

	return folder ? g_build_filename(k->sides->results[side], folder, NULL) : NULL;
}

static int load(const struct kept *k, const char *id, struct pb_profile **ret_profiles,
		GError **ret_error)
{
	int err = 0;

	for (int side = 0; !err && side < PB_CONTROL; side++) {
		g_autofree char *directory = directory_of(k, side, id);

		err = pb_profile_load(directory, &ret_profiles[side], ret_error);
	}
	if (!err && ret_profiles[PB_BASELINE]->sampled != ret_profiles[PB_PATCHED]->sampled)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "one side's profile is of samples, the other's of instructions");
	else if (!err &&
		 g_strcmp0(ret_profiles[PB_BASELINE]->event, ret_profiles[PB_PATCHED]->event))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "one side was sampled by %s, the other by %s",
			      ret_profiles[PB_BASELINE]->event, ret_profiles[PB_PATCHED]->event);
	return err;
}

static bool is_row_of(const json_t *row, const char *id)
{
	return json_is_true(json_object_get(row, "primary")) &&
	       !g_strcmp0(json_string_value(json_object_get(row, "id")), id) &&
	       json_object_get(row, "baseline") && json_object_get(row, "patched") &&
	       !json_object_get(row, PB_CASE_NOT_DETERMINISTIC);
}

static int add_rows(const struct kept *k, const char *id, struct pb_profile *const *profiles,
		    GError **ret_error)
{
	g_autofree char *directory = directory_of(k, PB_PATCHED, id);
	g_autofree char *folder = g_path_get_basename(directory);
	json_t *row;
	size_t i;
	int err = 0;

	json_array_foreach (k->rows, i, row) {
		if (err || !is_row_of(row, id))
			continue;
		err = pb_moved_add(k->sides->options->run.out, folder, row, profiles, ret_error);
		if (profiles[PB_BASELINE]->sampled)
			break;
	}
	return err;
}

static int explain_case(const struct kept *k, const char *id, GError **ret_error)
{
	struct pb_profile *profiles[PB_CONTROL] = {NULL};
	g_autoptr(GError) why = NULL;
	int err = 0;

	if (load(k, id, profiles, &why))
		pb_moved_note_error(k->rows, id, why->message);
	else
		err = add_rows(k, id, profiles, ret_error);
	for (int side = 0; side < PB_CONTROL; side++)
		pb_profile_free(profiles[side]);
	return err;
}

int pb_explain_kept(struct pb_sides *sides, json_t *members,
		    const struct pb_result *const *measured, GError **ret_error)
{
	const struct kept k = {
		.sides = sides, .results = measured, .rows = json_object_get(members, "cases")};
	json_t *one;
	size_t i;
	int err = 0;

	json_array_foreach (json_object_get(measured[PB_BASELINE]->root, "cases"), i, one) {
		const char *id = json_string_value(json_object_get(one, "id"));
		const json_t *other = pb_moved_case(measured[PB_PATCHED], id);

		if (!err && json_object_get(one, "profile") && json_object_get(other, "profile"))
			err = explain_case(&k, id, ret_error);
	}
	return err;
}
