/* The profiles of a result's cases, as a report shows them; part of view.c. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_PROFILES_H
#define PINBENCH_REPORTS_RENDER_PROFILE_PROFILES_H

#include "reports/profile/profile.h"
#include "reports/render/view.h"

/* Where the instructions of one case went. */
struct pb_view_profile {
	const struct pb_view_group *group;
	const struct pb_view_row *row; /* its case, in the group */
	const char *title;	       /* "gup/pin batch=1" */
	const char *error;	       /* why there is nothing to be shown, or NULL */
	struct pb_profile *profile;    /* NULL with an error; else with one region at least */
	const struct pb_profile_region *main; /* of the metric that the case is about */
};

/* Whether they are of samples: a result has profiles of one kind. */
bool pb_view_profiles_are_sampled(const struct pb_view *view);
/* "Where the instructions are", "Where the samples are" */
const char *pb_view_profiles_title(const struct pb_view *view);

/* Fills view->profiles and view->uncounted from the groups, and reads each profile. */
void pb_view_add_profiles(struct pb_view *view);

#endif
