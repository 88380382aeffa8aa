/* Profiles by perf of all cases: see profiles.h. */
#include "lab/native/profiles.h"

#include <errno.h>
#include <string.h>

#include "lab/native/perf.h"
#include "lab/paths.h"
#include "pinbench/result.h"
#include "reports/result.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int take(const struct pb_profiles_options *o, const json_t *environment, json_t *one,
		GError **ret_error)
{
	const json_t *kernel = json_object_get(environment, "kernel");
	const struct pb_perf_options options = {
		.agent = PB_PATH_AGENT,
		.id = text_of(one, "id"),
		.out = o->out,
		.kernel = text_of(kernel, "spec"),
		.release = text_of(kernel, "release"),
		.scratch_dir = o->scratch,
		.devices = o->devices,
		.place = json_object_get(environment, PB_ENVIRONMENT_PLACE),
		.limits = json_object_get(environment, "limits"),
	};
	g_autofree char *folder = NULL;
	g_autoptr(GError) why = NULL;
	int err = pb_perf_record(&options, &folder, &why);

	if (err == -EINTR) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	if (err)
		json_object_set_new(one, "profile_error", json_string(why->message));
	else
		json_object_set_new(one, "profile", json_string(folder));
	return 0;
}

static int take_all(const struct pb_profiles_options *o, json_t *root, struct pb_progress *progress,
		    GError **ret_error)
{
	json_t *cases = json_object_get(root, "cases"), *one;
	int err = 0;
	size_t i;

	json_array_foreach (cases, i, one) {
		pb_progress_update(progress, i, json_array_size(cases), text_of(one, "id"));
		if (!err && !strcmp(text_of(one, "outcome"), PB_OUTCOME_OK))
			err = take(o, json_object_get(root, "environment"), one, ret_error);
	}
	return err;
}

int pb_profiles_take(const struct pb_profiles_options *o, struct pb_progress *progress,
		     GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	int err = pb_result_load(o->out, &result, ret_error), saved;

	if (err)
		return err;
	pb_progress_stage(progress, "profiling by perf");
	err = take_all(o, result->root, progress, ret_error);
	pb_progress_done(progress);
	saved = pb_result_save(result->root, o->out, err ? NULL : ret_error);
	return err ? err : saved;
}
