/* Dropping what nobody has used for long from a folder of the cache. */
#ifndef PINBENCH_LAB_UTIL_UNUSED_H
#define PINBENCH_LAB_UTIL_UNUSED_H

#include <glib.h>

/* Says that what lies in @directory was used now: its file @stamp is made, or its time set. */
void pb_mark_used(const char *directory, const char *stamp);

/*
 * Of the folders in @parent that have the file @stamp, removes all but the @newest most
 * recently used, unless they were used in the last day: whoever uses one says so when it begins.
 */
void pb_drop_unused(const char *parent, const char *stamp, guint newest);

#endif
