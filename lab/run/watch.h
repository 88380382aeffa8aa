/*
 * Functions whose execution is watched while cases run: by a plugin of QEMU, which adds
 * nothing to what the guest executes.
 */
#ifndef PINBENCH_LAB_RUN_WATCH_H
#define PINBENCH_LAB_RUN_WATCH_H

#include <glib.h>
#include <jansson.h>

struct pb_watch {
	char **names;	/* of functions, each once */
	GArray *places; /* struct pb_place, sorted */
};
typedef struct pb_watch pb_watch;

/* What the plugin is to look for, as the text of a file. Free with g_free. */
char *pb_watch_ranges(const struct pb_watch *watch);

/*
 * {"measured":[names],"outside":[names]} of what the plugin wrote: executed inside the measured
 * region, or only outside of it. NULL if @text is not whole (a guest that was killed).
 */
json_t *pb_watch_reached(const struct pb_watch *watch, const char *text);

/* Takes NULL. */
void pb_watch_free(struct pb_watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_watch, pb_watch_free)

#endif
