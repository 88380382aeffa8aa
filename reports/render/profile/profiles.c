/* Reading the profiles of a result, for its reports. */
#include <string.h>

#include "reports/render/profile/profiles.h"

static void profile_free(void *data)
{
	struct pb_view_profile *item = data;

	pb_profile_free(item->profile);
	g_free(item);
}

/* That of the first primary metric with a profile; else the first there is. */
static const struct pb_profile_region *main_region(const struct pb_profile *profile,
						   const struct pb_case *item)
{
	for (size_t i = 0; i < item->metric_count; i++) {
		const struct pb_profile_region *region =
			pb_profile_find(profile, item->metrics[i].name);

		if (item->metrics[i].primary && region)
			return region;
	}
	return profile->regions->pdata[0];
}

/* @message without the folder that it begins with: a report is read elsewhere, too. */
static const char *below(const char *message, const char *above)
{
	size_t length = strlen(above);

	if (!g_str_has_prefix(message, above) || message[length] != '/')
		return message;
	return message + length + 1;
}

/* A profile that cannot be read takes nothing from the rest of the report. */
static void read_profile(struct pb_view *view, struct pb_view_profile *into, const char *folder)
{
	g_autofree char *above = g_path_get_dirname(view->result->file);
	g_autofree char *path = g_build_filename(above, folder, NULL);
	g_autoptr(GError) error = NULL;

	if (pb_profile_load(path, &into->profile, &error) < 0) {
		into->error = pb_view_say(view, "%s", below(error->message, above));
		return;
	}
	if (into->profile->regions->len) {
		into->main = main_region(into->profile, into->row->source);
		return;
	}
	g_clear_pointer(&into->profile, pb_profile_free);
	into->error = "it has no metric";
}

static void add_profile(struct pb_view *view, const struct pb_view_group *group,
			const struct pb_view_row *row)
{
	struct pb_view_profile *item = g_new0(struct pb_view_profile, 1);

	item->group = group;
	item->row = row;
	item->title =
		pb_view_say(view, "%s%s%s", group->benchmark, row->name[0] ? " " : "", row->name);
	read_profile(view, item, row->source->profile);
	g_ptr_array_add(view->profiles, item);
}

void pb_view_add_profiles(struct pb_view *view)
{
	view->profiles = g_ptr_array_new_with_free_func(profile_free);
	view->uncounted = pb_view_reasons_new();
	for (guint i = 0; i < view->groups->len; i++) {
		const struct pb_view_group *group = view->groups->pdata[i];

		for (guint n = 0; n < group->rows->len; n++) {
			const struct pb_view_row *row = group->rows->pdata[n];

			if (row->source->profile)
				add_profile(view, group, row);
			if (row->source->profile_error)
				pb_view_add_reason(view->uncounted, row->source->profile_error,
						   row->source->id);
		}
	}
}

bool pb_view_profiles_are_sampled(const struct pb_view *view)
{
	for (guint i = 0; i < view->profiles->len; i++) {
		const struct pb_view_profile *item = view->profiles->pdata[i];

		if (item->profile)
			return item->profile->sampled;
	}
	return false;
}

const char *pb_view_profiles_title(const struct pb_view *view)
{
	return pb_view_profiles_are_sampled(view) ? "Where the samples are"
						  : "Where the instructions are";
}
