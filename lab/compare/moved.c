/* See moved.h. */
#include <string.h>
#include "lab/compare/moved.h"
#include "lab/util/files.h"
#include "reports/compare/functions.h"
#include "reports/file.h"
#include "reports/render/profile/flame.h"

const json_t *pb_moved_case(const struct pb_result *result, const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(result->root, "cases"), i, one) {
		if (!g_strcmp0(json_string_value(json_object_get(one, "id")), id))
			return one;
	}
	return NULL;
}

static int write_flame(const char *out, struct pb_profile *const *profiles, json_t *found,
		       const char *folder, const char *metric, GError **ret_error)
{
	g_autofree char *directory = g_build_filename(out, PB_PROFILE_DIR, NULL);
	g_autofree char *name = g_strdup_printf("%s-%s.svg", folder, metric);
	g_autofree char *path = g_build_filename(PB_PROFILE_DIR, name, NULL);
	g_autofree char *svg = pb_render_flame_diff(
		profiles[PB_BASELINE], pb_profile_find(profiles[PB_BASELINE], metric),
		profiles[PB_PATCHED], pb_profile_find(profiles[PB_PATCHED], metric));
	int err = pb_make_directory(directory, ret_error);

	if (!err)
		err = pb_write_file(directory, name, svg, strlen(svg), ret_error);
	if (!err)
		json_object_set_new(found, "flame", json_string(path));
	return err;
}

int pb_moved_add(const char *out, const char *folder, json_t *row,
		 struct pb_profile *const *profiles, GError **ret_error)
{
	bool sampled = profiles[PB_BASELINE]->sampled;
	const char *metric =
		sampled ? PB_PROFILE_MEASURED : json_string_value(json_object_get(row, "metric"));
	json_t *found =
		sampled ? pb_compare_samples(profiles[PB_BASELINE], profiles[PB_PATCHED])
			: pb_compare_functions(profiles[PB_BASELINE], profiles[PB_PATCHED], metric);
	bool moved = json_integer_value(json_object_get(found, "function_count"));
	int err;

	/* Where samples are is worth a look even if nothing is shown to have moved. */
	if (!found || (!sampled && !moved)) {
		json_decref(found);
		return 0;
	}
	err = write_flame(out, profiles, found, folder, metric, ret_error);
	if (err)
		json_decref(found);
	else
		json_object_set_new(row, "profile", found);
	return err;
}

void pb_moved_note_error(json_t *rows, const char *id, const char *why)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (!g_strcmp0(json_string_value(json_object_get(row, "id")), id))
			json_object_set_new(row, "profile_error", json_string(why));
	}
}
