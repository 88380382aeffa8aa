/* A profile's file, and what is in it by name: see profile.h. */
#include <errno.h>
#include <string.h>

#include "reports/error.h"
#include "reports/profile/profile.h"

int pb_profile_load(const char *directory, struct pb_profile **ret_profile, GError **ret_error)
{
	g_autofree char *file = g_build_filename(directory, PB_PROFILE_FILE, NULL);
	json_error_t error;
	json_t *root;
	int ret;

	if (!g_file_test(file, G_FILE_TEST_EXISTS))
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
			       "%s: no such file; give the directory of a case that was profiled",
			       file);
	root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: line %d, column %d: %s; the file is damaged or incomplete: "
			       "profile the case again, or restore it",
			       file, error.line, error.column, error.text);
	ret = pb_profile_read(root, file, ret_profile, ret_error);
	json_decref(root);
	return ret;
}

gint pb_profile_event(const struct pb_profile *profile, const char *name)
{
	for (guint i = 0; i < profile->event_count; i++)
		if (!strcmp(profile->events[i], name))
			return (gint)i;
	return -1;
}

const struct pb_profile_region *pb_profile_find(const struct pb_profile *profile,
						const char *metric)
{
	for (guint i = 0; i < profile->regions->len; i++) {
		const struct pb_profile_region *region = profile->regions->pdata[i];

		if (!strcmp(region->metric, metric))
			return region;
	}
	return NULL;
}
