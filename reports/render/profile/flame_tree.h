/* The places of one profile's call graph, or of two together. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FLAME_TREE_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FLAME_TREE_H

#include "reports/profile/profile.h"

#define PB_FLAME_SIDES 2 /* the baseline, the patched */

/* Nodes of one function below the same place: by name and where, for the files may be others. */
struct pb_flame_place {
	gint parent;	   /* index of a place before it; -1: the first, which is the whole */
	const char *name;  /* borrowed; NULL of the whole */
	const char *where; /* borrowed */
	guint64 self[PB_FLAME_SIDES];
	guint64 all[PB_FLAME_SIDES]; /* with what it calls */
};

/*
 * struct pb_flame_place, those that call first. The second of @sides may be NULL. Borrows from
 * both; free with g_ptr_array_unref.
 */
GPtrArray *pb_flame_places(const struct pb_profile_region *const sides[PB_FLAME_SIDES]);

#endif
